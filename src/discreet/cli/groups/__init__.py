"""The groups of commands, a file each; what a command does is in the file of that name one folder up."""
