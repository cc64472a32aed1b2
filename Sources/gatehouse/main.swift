// The command line: finds the subcommand and turns its outcome into an exit status.

import Glibc

exit(Program.run(Array(CommandLine.arguments.dropFirst())))
