"""An assignment proves itself: stubs fail, the reference gets full marks, the right checks tell variants apart."""
