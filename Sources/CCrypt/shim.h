// libxcrypt: crypt_ra and crypt_gensalt_ra, reentrant and allocating.
#pragma once
#include <crypt.h>
