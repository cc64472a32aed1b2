// Closes a socket that no stream was made for.

import Glibc

func closeSocket(_ descriptor: Int32) { close(descriptor) }
