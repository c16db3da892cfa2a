//! What is accepted, what is refused, and what is said about it.

mod banner;
mod example;
mod exit_codes;
mod load;
mod process;

/// A configuration that starts.
pub const GOOD: [(&str, &str); 4] = [
    ("ATHLETE_ID", "i123456"),
    ("API_KEY", "3v8q1m5x7k2b9d4f6h0j"),
    ("JWT_SECRET_KEY", "q8V0l2yB1u7dXz9fJm3Rk5TnWc6EhPsA4gLo"),
    ("BASE_URL", "https://mcp.example.com"),
];
