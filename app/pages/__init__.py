"""One page per step of the work; widgets only, no engine."""
