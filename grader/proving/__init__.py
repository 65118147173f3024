"""An assignment proves itself: stubs fail, the reference gets full marks, variants are told apart by the right checks."""
