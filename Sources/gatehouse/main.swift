// The command line: finds the subcommand and turns its outcome into an exit status.

import Glibc

// A reader that has left shows as an error of `write`: a token that nobody received is deleted again.
signal(SIGPIPE, SIG_IGN)
exit(Program.run(Array(CommandLine.arguments.dropFirst())))
