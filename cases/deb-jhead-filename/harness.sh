# Makes the thumbnail of an image anew, under this name.
mkdir "$2" && cp plain.jpg "$2/$3" && cd "$2" && exec "$1" -rgt50 "$3"
