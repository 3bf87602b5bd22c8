# Parallax: `make help` says what there is.

CORPUS ?= tests/corpus
OUT    ?= out
ENGINE ?= native
PRECISION ?= f32
USER_MODELS ?=
CARGO  ?= cargo
LIBTORCH_DIR ?= $(CURDIR)/libtorch
DATA   ?= ../shared/data
PYTHON ?= python3
COUNTS ?= 10,100,1000
RESULTS ?= benches/results

# The rust-bert engine needs libtorch at build time and when it runs.
TORCH_ENV = LIBTORCH="$(LIBTORCH_DIR)" LIBTORCH_CXX11_ABI=0 OMP_WAIT_POLICY=PASSIVE \
	LD_LIBRARY_PATH="$(LIBTORCH_DIR)/lib$${LD_LIBRARY_PATH:+:$$LD_LIBRARY_PATH}"

TARGET_DIR = $(or $(CARGO_TARGET_DIR),target)

ifeq ($(ENGINE),rust-bert)
RUN_ENV  = $(TORCH_ENV)
FEATURES = --features rust-bert
TARGET   = --target-dir target/rust-bert
TARGET_DIR = target/rust-bert
endif

# One a crate, run by `make test`.
EXAMPLES = align clean split encode quotes ner tone intervals mentions

.PHONY: engine-native engine-rust-bert help analyze test test-exports bench bench-agreement bench-growth bench-peers check report-ui test-report screenshots fuzz sanitize fmt libtorch test-rust-bert train train-split manifest errors

help: ## This list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

analyze: engine-$(ENGINE) ## Compare the outlets of CORPUS (default: the sample corpus), results in OUT (default: out)
	$(RUN_ENV) $(CARGO) build --release --locked --workspace --bin parallax $(FEATURES) $(TARGET)
	$(RUN_ENV) $(TARGET_DIR)/release/parallax analyze "$(CORPUS)" --out "$(OUT)" --engine $(ENGINE) --precision $(PRECISION) $(if $(USER_MODELS),--user-models "$(USER_MODELS)")

engine-native:

engine-rust-bert:
	@test -f "$(LIBTORCH_DIR)/lib/libtorch_cpu.so" || { \
		echo "no libtorch in $(LIBTORCH_DIR): run 'make libtorch' first or name its folder with LIBTORCH_DIR=..." >&2; exit 1; }

engine-%:
	@echo "ENGINE is '$*': it must be native or rust-bert" >&2; exit 1

# In release mode: the model runs at its speed, and what `make analyze` built is used again (both with
# the features of the whole workspace, see tests/Cargo.toml).
test: ## All tests, and one example of each crate
	$(CARGO) test --release --workspace --locked --no-run
	$(CARGO) test --release --workspace --locked --quiet
	@for example in $(EXAMPLES); do \
		echo "example $$example"; \
		$(TARGET_DIR)/release/examples/$$example >/dev/null || exit 1; \
	done

report-ui: ## Build the program inside report.html anew (needs Node 18+; its output is checked in)
	cd report-ui && npm ci --no-fund --no-audit --loglevel=error && npm run --silent check && npm run --silent build

test-report: ## Test the report in a real browser (part of `make test` where Chromium is installed)
	REQUIRE_CHROMIUM=1 $(CARGO) test --release --locked --quiet --workspace --test all -- browser report_ui

screenshots: ## Pictures of OUT/report.html at desktop and phone width, light and dark, in OUT/screenshots
	SHOTS_OF="$(abspath $(OUT))" REQUIRE_CHROMIUM=1 $(CARGO) test --release --locked --quiet --workspace --test all -- --ignored --nocapture browser::screenshots

# The same build as that of `make test`.
READERS = out/test-exports/venv
test-exports: ## Read every export back with a reader of its format, in a virtual environment of its own
	test -x $(READERS)/bin/python || $(PYTHON) -m venv $(READERS)
	$(READERS)/bin/pip install --quiet --disable-pip-version-check -r tests/exports/requirements.txt
	PARALLAX_REQUIRE_READERS=1 $(CARGO) test --release --workspace --locked --quiet --test all -- exports::

bench: ## Benchmarks of the stages, of the model and of the whole, and the table of throughput
	$(RUN_ENV) $(CARGO) bench --locked --workspace --bench stages --bench model $(FEATURES) $(TARGET)
	$(RUN_ENV) $(CARGO) build --release --locked --workspace --bin throughput $(FEATURES) $(TARGET)
	$(RUN_ENV) $(TARGET_DIR)/release/throughput 1 "$(RESULTS)"

bench-agreement: ## How often bf16 and int8 decide as f32 does, on DATA
	$(CARGO) build --release --locked --workspace --bin agreement
	$(TARGET_DIR)/release/agreement "$(DATA)"

bench-growth: ## Time and memory for 10, 100 and 1,000 articles of the corpus in DATA (COUNTS=10,100,...)
	$(CARGO) build --release --locked --workspace --bin parallax
	$(PYTHON) benches/growth.py --data "$(DATA)" --counts "$(COUNTS)" --results "$(RESULTS)"

bench-peers: ## Beside Python peers (transformers, ONNX Runtime, spaCy, trafilatura), in a virtual environment of its own
	$(CARGO) build --release --locked --workspace --bin measure
	test -d out/peers/venv || $(PYTHON) -m venv out/peers/venv
	out/peers/venv/bin/pip install --quiet --disable-pip-version-check -r benches/requirements.txt
	out/peers/venv/bin/python benches/peers.py --results "$(RESULTS)"

check: ## Format, lints, and a minute of fuzzing, as CI sees them
	$(CARGO) fmt --all --check
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml --check
	$(CARGO) clippy --release --workspace --all-targets --locked --quiet -- -D warnings
	$(MAKE) --no-print-directory fuzz SECONDS=60

SECONDS ?= 60
FUZZ_TARGETS = clean split
FUZZ_DIR = target/fuzz
# libFuzzer reads these counters; LLVM's pass that puts them in needs no nightly compiler. A target
# is named so that build scripts go without.
FUZZ_FLAGS = --cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module \
	-Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
	-Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares
fuzz: ## Fuzz clean and split for SECONDS in all (default 60); what fails is kept in target/fuzz/failed-*
	@host=$$($(CARGO) -vV | sed -n 's/^host: //p'); \
	RUSTFLAGS="$(FUZZ_FLAGS)" $(CARGO) build --release --locked --bins --manifest-path fuzz/Cargo.toml --target-dir $(FUZZ_DIR) --target $$host || exit 1; \
	for target in $(FUZZ_TARGETS); do \
		mkdir -p $(FUZZ_DIR)/corpus/$$target; \
		echo "fuzzing $$target"; \
		if $(FUZZ_DIR)/$$host/release/$$target -max_total_time=$$(($(SECONDS) / 2)) -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
			-dict=fuzz/page.dict -artifact_prefix=$(FUZZ_DIR)/failed-$$target- -print_final_stats=1 \
			$(FUZZ_DIR)/corpus/$$target tests/corpus >$(FUZZ_DIR)/$$target.log 2>&1; \
		then sed -n 's/^stat::\(number_of_executed_units\|new_units_added\)/  \1/p' $(FUZZ_DIR)/$$target.log; \
		else tail -n 40 $(FUZZ_DIR)/$$target.log >&2; exit 1; fi; \
	done

# The variable lets a stable compiler take the flag; the runtime is part of the toolchain on Linux.
sanitize: ## The kernels' and the engine's unit tests under AddressSanitizer
	RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=address" $(CARGO) test --release --locked -p parallax-encoder --lib \
		--target-dir target/sanitize --target $$($(CARGO) -vV | sed -n 's/^host: //p')

fmt: ## Format the code
	$(CARGO) fmt --all

libtorch: ## Install libtorch 2.4 (CPU) into ./libtorch for the rust-bert engine
	scripts/libtorch.sh "$(LIBTORCH_DIR)"

test-rust-bert: libtorch ## Build and test the rust-bert engine against the native one
	$(TORCH_ENV) $(CARGO) test --release --locked --quiet --target-dir target/rust-bert -p parallax-encoder -p parallax --features rust-bert

WORK   ?= $(CURDIR)/out/training
train: ## Repeat the training of all models: make train DATA=... ENCODER=... PYTHON=... (see models/training/README.md)
	@test -n "$(ENCODER)" || { echo "name the folder of all-MiniLM-L6-v2 with ENCODER=..., see models/training/README.md" >&2; exit 1; }
	$(PYTHON) models/training/train.py --data "$(DATA)" --encoder "$(ENCODER)" --work "$(WORK)/news"
	$(PYTHON) models/training/export.py --data "$(DATA)" --encoder "$(ENCODER)" \
		--checkpoint "$(WORK)"/news/epoch[345].pt --out models/news-en --parity models/training/parity.json
	for part in train dev; do $(CARGO) run --release --locked -p parallax-quotes --example words -- \
		models/news-en "$(DATA)/quotes/polnear/$$part/text" "$(WORK)/words/$$part" || exit 1; done
	$(PYTHON) models/training/branch.py --data "$(DATA)" --words "$(WORK)/words" --work "$(WORK)/discourse"
	$(PYTHON) models/training/discourse.py --data "$(DATA)" --work "$(WORK)/discourse" --step export --branch "$(WORK)/discourse/branch3.pt"
	$(PYTHON) models/training/discourse.py --data "$(DATA)" --work "$(WORK)/discourse" --step parity
	$(PYTHON) models/training/stance.py --data "$(DATA)" --encoder "$(ENCODER)" --work "$(WORK)/stance" --step train --stage stance \
		--epochs 3 --share 0.6 --longest 112
	$(PYTHON) models/training/stance.py --data "$(DATA)" --encoder "$(ENCODER)" --work "$(WORK)/stance" --step export \
		--weights "$(WORK)/stance/stance2.pt" --out models/stance --parity models/training/parity-stance.json
	$(MAKE) manifest

# Every twelfth article of the news corpus; they stand for text that is written with care.
train-split: ## Repeat the training of the sentence splitter's model
	zcat "$(DATA)"/corpus/*.jsonl.gz | awk 'NR % 12 == 0' | head -n 1200 | \
		$(CARGO) run --release --locked -p parallax-split --example train_gaps -- crates/parallax-split/src/gaps.bin \
		"$(DATA)/sentences/ud_ewt/en_ewt-ud-train.reconstructed.conllu"

manifest: ## Write models/manifest.toml anew after models were exported
	$(PYTHON) models/training/manifest.py models

# Both are taken away first: the program refuses errors that were measured with other weights.
EVALUATE = $(TARGET_DIR)/release/parallax evaluate

errors: ## Measure the models' errors that intervals carry anew, on DATA (after a training)
	$(CARGO) build --release --locked --workspace --bin parallax
	mkdir -p out
	rm -f models/news-en/errors.toml models/discourse/errors.toml
	$(PYTHON) models/training/tone_check.py "$(DATA)/sentiment/newsmtsc/train.jsonl" > out/tone_check.jsonl
	$(EVALUATE) tone out/tone_check.jsonl --errors "NewsMTSC, check part" > out/tone_errors.toml
	$(EVALUATE) wording "$(DATA)/wording/babe/final_labels_SG2.csv" --errors "BABE, check part" > out/wording_errors.toml
	mv out/tone_errors.toml models/news-en/errors.toml
	mv out/wording_errors.toml models/discourse/errors.toml
