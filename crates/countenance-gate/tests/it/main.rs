//! The agent's edges: what reaches the keeper from a kiosk, and what does not.

mod kiosk;
