# %% [markdown]
# # What a logarithmic format loses, and where
# Each `# %%` begins a cell: open this file as a notebook in VS Code, Spyder or PyCharm (or `jupytext --to ipynb`),
# or run it as it is: `PYTHONPATH=build/release/python python3 docs/examples/lns_errors.py FOLDER`
# writes its tables (CSV) and plots (PNG) to FOLDER. See docs/python.md.

# %% Numbers like a network's weights, as words of the format and back
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import napier
import numpy as np
import pandas as pd

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
folder.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(1)
weights = random.standard_normal(20_000).astype(np.float32)

design = napier.Design(format={"bits": 8, "gamma_log2": 3})
quantised = napier.quantize(design, weights)
back = napier.dequantize(design, quantised.words, quantised.scale)
print(f"{quantised}: largest magnitude {2 ** (quantised.scale / design.gamma):.3f}, "
      f"{quantised.underflowed} of {weights.size} too small for a code")

# %% Relative error against gamma: the codes of an octave
# Between two codes the worst error is 2^(1/(2 gamma)) - 1, whatever the magnitude. More codes an octave at the
# same width mean a shorter range: more numbers too small for a code.
rows, errors = [], {}
for gamma_log2 in range(1, 6):
    design = napier.Design(format={"bits": 8, "gamma_log2": gamma_log2},
                           datapath={"lut_bits": min(3, gamma_log2), "term_bits": 7})
    q = napier.quantize(design, weights)
    value = napier.dequantize(design, q.words, q.scale)
    kept = value != 0
    error = (value[kept].astype(float) - weights[kept]) / weights[kept]
    errors[design.gamma] = error
    rows.append({
        "gamma": design.gamma,
        "octaves": design.max_code / design.gamma,
        "too_small_percent": 100 * q.underflowed / weights.size,
        "rms_error_percent": 100 * np.sqrt(np.mean(error**2)),
        "largest_error_percent": 100 * np.abs(error).max(),
        "bound_percent": 100 * (2 ** (1 / (2 * design.gamma)) - 1),
    })
by_gamma = pd.DataFrame(rows).set_index("gamma")
print(by_gamma.round(3))
by_gamma.to_csv(folder / "error_by_gamma.csv")

figure, axes = plt.subplots(figsize=(7, 4))
for gamma, error in errors.items():
    axes.hist(100 * error, bins=120, range=(-20, 20), histtype="step", density=True, label=f"gamma {gamma}")
axes.set(xlabel="relative error, %", ylabel="density", title="Rounding error of 8-bit LNS words")
axes.legend()
figure.savefig(folder / "error_by_gamma.png", dpi=120)

# %% Error of a dot product against the bits of its terms
# The datapath turns each product into an integer of `term_bits` below the top octave; what falls below is
# dropped. The same words go through datapaths of several widths; the reference is their sum in FP64. From 14
# bits on the rounding of the constants 2^(r/gamma) to `const_bits` = 8 is all that is left.
length, samples = 256, 64
base = napier.Design(format={"bits": 8, "gamma_log2": 3}, datapath={"accumulator_bits": 32})
a = napier.quantize(base, random.standard_normal((samples, length)))
b = napier.quantize(base, random.standard_normal((samples, length)))
exact = (napier.dequantize(base, a.words, a.scale).astype(float)
         * napier.dequantize(base, b.words, b.scale)).sum(axis=1)
rows = []
for term_bits in range(6, 25, 2):
    design = base.replace(datapath={"term_bits": term_bits})
    unit = napier.accumulator_unit(design, a.scale, b.scale)
    sums = np.array([napier.dot(design, x, y)[0] * unit for x, y in zip(a.words, b.words)])
    difference = sums - exact
    rows.append({"term_bits": term_bits, "rms_error": np.sqrt(np.mean(difference**2)),
                 "rms_error_of_rms_sum": np.sqrt(np.mean(difference**2) / np.mean(exact**2))})
by_term_bits = pd.DataFrame(rows).set_index("term_bits")
print(by_term_bits)
by_term_bits.to_csv(folder / "error_by_term_bits.csv")

figure, axes = plt.subplots(figsize=(7, 4))
axes.semilogy(by_term_bits.index, by_term_bits["rms_error_of_rms_sum"], marker="o")
axes.set(xlabel="term bits", ylabel="RMS error / RMS of the sums", title=f"Dot products of {length} 8-bit words")
axes.grid(True)
figure.savefig(folder / "error_by_term_bits.png", dpi=120)

# %% What these figures should say
assert (by_gamma["largest_error_percent"] <= by_gamma["bound_percent"] * (1 + 1e-5)).all()  # float32 values
assert by_term_bits["rms_error"].iloc[0] > 20 * by_term_bits["rms_error"].iloc[-1]
