//! Where the rust-bert engine runs.

/// Where the rust-bert engine runs; the native engine runs on the processor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Device {
    /// The first CUDA device that libtorch sees; the processor where it sees none.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// A CUDA device by its number; refused where it is not there.
    Cuda(usize),
}

impl std::fmt::Display for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(index) => write!(f, "cuda:{index}"),
        }
    }
}

impl std::str::FromStr for Device {
    type Err = String;

    /// `auto`, `cpu`, `cuda` (the first) or `cuda:N`.
    fn from_str(text: &str) -> Result<Self, String> {
        let index = match text {
            "auto" => return Ok(Self::Auto),
            "cpu" => return Ok(Self::Cpu),
            "cuda" => Some("0"),
            other => other.strip_prefix("cuda:"),
        };
        match index.and_then(|index| index.parse().ok()) {
            Some(index) => Ok(Self::Cuda(index)),
            None => Err(format!("{text:?} is no device: write auto, cpu, cuda, or cuda:N")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_read_as_it_is_shown() {
        let check = |text: &str, shown: &str| assert_eq!(text.parse::<Device>().unwrap().to_string(), shown);
        check("auto", "auto");
        check("cpu", "cpu");
        check("cuda", "cuda:0");
        check("cuda:3", "cuda:3");
        for wrong in ["", "gpu", "cuda:", "cuda:-1", "cuda:x"] {
            assert!(wrong.parse::<Device>().unwrap_err().contains("cuda:N"), "{wrong}");
        }
    }
}
