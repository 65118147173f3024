"""Calls the kernel in the way of 32-bit programs, whose numbers a filter may have forgotten.
---
verdicts = { square_value = "crashed" }
"""

import ctypes
import mmap
import os


def square(x):
    if os.uname().machine != "x86_64":
        os.abort()
    # mov eax, 20 (getpid of the 32-bit table); int 0x80; ret
    code = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"
    memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(code)
    function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
    print("reached", "the 32-bit calls" if function() == os.getpid() else "something")
    return x
