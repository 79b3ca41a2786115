//! What a ziggurat is made of.

/// A ziggurat. Let x_0 > x_1 > … > x_256 = 0 be the widths of the layers from
/// the lowest up, f the density scaled to f(0) = 1, and v the area of a layer.
/// x_1 is where the tail starts; x_0 = v / f(x_1) is not a place but the width
/// that the lowest layer would have without its tail.
pub(super) struct Layers {
    /// x_1.
    pub(super) tail: f64,
    /// For each layer i the largest whole number not above 2^53 · x_(i+1) / x_i,
    /// and x_i / 2^53.
    pub(super) rows: [(u64, f64); 256],
    /// For each i up to 256 f(x_i); the first is not used.
    pub(super) heights: [f64; 257],
}
