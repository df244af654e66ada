print("stored 4")
