//! Configuration: environment, `.env` and flags.
