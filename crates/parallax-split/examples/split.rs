//! Prints the sentences of a text, one a line, with their bytes.

fn main() {
    let text = "“The tram stays,” Mayor Ode said. “Why not?” she asked. It opened in the U.S. in 1994 \
                under Gen. Paul J. Ortiz Sr. in Mt. Ray.";
    for span in parallax_split::split(text) {
        println!("{span:?}\t{}", &text[span]);
    }
}
