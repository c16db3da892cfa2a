//! Tests of intervals.
