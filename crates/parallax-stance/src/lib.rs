//! Tone towards a target, from the encoder's hidden states.
