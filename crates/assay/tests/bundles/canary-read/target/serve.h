int serve(const char *root, const char *name);
