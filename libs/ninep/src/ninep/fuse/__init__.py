"""A FUSE client straight on /dev/fuse: a 9P tree as a directory that `cat`, `echo` and Ctrl-C understand."""
