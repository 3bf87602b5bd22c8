//! A headless Chromium, driven over its DevTools pipe (no network port, no driver program).

use base64::Engine;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Longest wait for an answer or a condition; the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(240);

/// A browser with one page.
pub(crate) struct Chromium {
    process: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    session: Option<String>,
    calls: u64,
    events: Vec<Value>,
    /// Removed after the process has ended.
    _profile: tempfile::TempDir,
}

impl Chromium {
    /// Starts the browser where there is one; says that the test is passed over where not.
    /// `REQUIRE_CHROMIUM=1` makes that a failure.
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = program() else {
            assert!(
                std::env::var_os("REQUIRE_CHROMIUM").is_none(),
                "no Chromium found; install it or name it with CHROMIUM=..."
            );
            eprintln!("skipped: no Chromium found; install it or name it with CHROMIUM=...");
            return None;
        };
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let mut process = Command::new("sh")
            // The DevTools pipe is read from descriptor 3 and written to 4.
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null"])
            .arg(program)
            .args(["--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Chromium starts");
        let input = process.stdin.take().expect("the pipe in");
        let output = process.stdout.take().expect("the pipe out");
        let (send, messages) = channel();
        std::thread::spawn(move || {
            for message in BufReader::new(output).split(0).map_while(Result::ok) {
                let message = serde_json::from_slice(&message).expect("messages are JSON");
                if send.send(message).is_err() {
                    return;
                }
            }
        });
        let mut browser =
            Self { process, input, messages, session: None, calls: 0, events: Vec::new(), _profile: profile };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}))["targetId"].clone();
        let session = browser.call("Target.attachToTarget", json!({"targetId": target, "flatten": true}));
        browser.session = session["sessionId"].as_str().map(ToOwned::to_owned);
        for domain in ["Page", "Runtime", "Network", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser.size(1280, 900);
        Some(browser)
    }

    /// Calls a method of the protocol.
    pub(crate) fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.calls += 1;
        let id = self.calls;
        let mut message = json!({"id": id, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = serde_json::to_vec(&message).expect("a message is JSON");
        bytes.push(0);
        self.input.write_all(&bytes).expect("Chromium reads");
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let message = self.messages.recv_timeout(left).unwrap_or_else(|_| panic!("no answer to {method}"));
            if message["id"] == json!(id) {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    /// The size of the window in CSS pixels; below 500 a phone's.
    pub(crate) fn size(&mut self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500});
        self.call("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// Dark or light.
    pub(crate) fn scheme(&mut self, scheme: &str) {
        self.call(
            "Emulation.setEmulatedMedia",
            json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]}),
        );
    }

    /// Opens a file, with an address within it, in a fresh page.
    pub(crate) fn open(&mut self, file: &Path, fragment: &str) {
        self.go("about:blank");
        self.go(&format!("file://{}{fragment}", file.display()));
    }

    fn go(&mut self, address: &str) {
        let loads = |events: &[Value]| events.iter().filter(|event| event["method"] == "Page.loadEventFired").count();
        let before = loads(&self.events);
        self.call("Page.navigate", json!({"url": address}));
        let end = Instant::now() + PATIENCE;
        while loads(&self.events) == before {
            assert!(Instant::now() < end, "{address} does not load");
            self.call("Runtime.evaluate", json!({"expression": "0"}));
        }
    }

    /// The value of an expression, or of what its promise resolves to.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let result = self.call(
            "Runtime.evaluate",
            json!({"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true}),
        );
        assert!(result["exceptionDetails"].is_null(), "{expression}: {:#}", result["exceptionDetails"]);
        result["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub(crate) fn until(&mut self, expression: &str) {
        let end = Instant::now() + PATIENCE;
        while self.eval(expression) != json!(true) {
            assert!(Instant::now() < end, "never true: {expression}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Presses and releases a key.
    pub(crate) fn press(&mut self, key: &str, code: u32) {
        let text = if key == "Enter" { "\r" } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let event = json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": if kind == "keyDown" { text } else { "" }});
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// Writes what is seen (`whole`: the whole page) as PNG.
    pub(crate) fn screenshot(&mut self, file: &Path, whole: bool) {
        let taken = self.call("Page.captureScreenshot", json!({"format": "png", "captureBeyondViewport": whole}));
        let encoded = taken["data"].as_str().expect("a picture");
        let png = base64::engine::general_purpose::STANDARD.decode(encoded).expect("base64");
        std::fs::write(file, png).expect("the picture is written");
    }

    /// All that a good page never does: errors and warnings in the console, exceptions, dialogs, and
    /// requests for anything but itself.
    pub(crate) fn troubles(&mut self) -> Vec<String> {
        self.eval("new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))");
        self.events
            .iter()
            .filter_map(|event| {
                let parameters = &event["params"];
                match event["method"].as_str()? {
                    "Runtime.exceptionThrown" => Some(parameters["exceptionDetails"].to_string()),
                    "Runtime.consoleAPICalled" => Some(parameters["args"].to_string()),
                    "Log.entryAdded" => Some(parameters["entry"]["text"].to_string()),
                    "Page.javascriptDialogOpening" => Some(parameters.to_string()),
                    "Network.requestWillBeSent" => {
                        let address = parameters["request"]["url"].as_str()?;
                        let own = ["file:///", "about:blank"].iter().any(|start| address.starts_with(start));
                        (!own).then(|| address.to_owned())
                    }
                    _ => None,
                }
            })
            .collect()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn program() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Some(named.into());
    }
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
}
