"""The Python module against the trainer's own traces and against arithmetic written anew in Python's integers."""

import math
import os
import pathlib
import subprocess
import tempfile
import unittest
from fractions import Fraction

import napier
import numpy as np

PROGRAM = os.environ["NAPIER_BINARY"]
SOURCE = pathlib.Path(os.environ["NAPIER_SOURCE_DIR"])


class Formats(unittest.TestCase):
    def test_design_from_keywords_text_and_file(self):
        design = napier.Design(name="mine", format={"bits": 7}, datapath={"term_bits": 12})
        self.assertEqual((design.bits, design.gamma, design.max_code, design.term_bits), (7, 8, 63, 12))
        self.assertEqual(napier.Design.parse(design.yaml), design)
        self.assertEqual(design.to_dict()["format"]["bits"], 7)
        wider = design.replace(datapath={"term_bits": 16})
        self.assertEqual((wider.term_bits, wider.bits), (16, 7))
        self.assertNotEqual(wider.digest, design.digest)
        self.assertEqual(napier.Design.read(str(SOURCE / "configs/designs/lns8_paper.yaml")).name, "lns8_paper")

    def test_errors_are_exceptions_that_name_the_key(self):
        self.assertTrue(issubclass(napier.InputError, ValueError))
        with self.assertRaisesRegex(napier.InputError, "format.bitz.*did you mean 'format.bits'"):
            napier.Design(format={"bitz": 8})
        with self.assertRaisesRegex(napier.InputError, "format.bits"):
            napier.Design(format={"bits": "eight"})
        with self.assertRaisesRegex(napier.InputError, "element 1 of x is NaN"):
            napier.quantize(napier.Design(), [1.0, math.nan])
        with self.assertRaisesRegex(napier.InputError, "element 1 of words is 256"):
            napier.dequantize(napier.Design(), [1, 256], 0)
        with self.assertRaisesRegex(napier.InputError, "no word of the design's format"):
            napier.dequantize(napier.Design(), [128], 0)
        with self.assertRaisesRegex(napier.InputError, "integers are wanted"):
            napier.dequantize(napier.Design(), [1.5], 0)
        with self.assertRaisesRegex(napier.InputError, "real numbers are wanted"):
            napier.quantize(napier.Design(), ["a"])
        with self.assertRaisesRegex(napier.InputError, "rows of one length"):
            napier.gemm(napier.Design(), np.zeros((2, 3), int), np.zeros((2, 4), int))
        with self.assertRaisesRegex(napier.InputError, "no Madam update unit"):
            napier.no_moment(napier.Design(format={"kind": "int8"}, update={"kind": "host"}))

    def test_shapes_stay_and_every_word_survives(self):
        design = napier.Design()
        words = np.array([w for w in range(256) if w != 128], np.uint8).reshape(5, 51)
        values = napier.dequantize(design, words, 13)
        self.assertEqual(values.shape, (5, 51))
        back = napier.quantize(design, values, 13)
        np.testing.assert_array_equal(back.words, words)
        np.testing.assert_array_equal(napier.code_values(design, 13)[words], values)


class Baselines(unittest.TestCase):
    """Codes of the floating-point formats against NumPy's float16 and against their definition in fractions."""

    def design(self, kind):
        return napier.Design(format={"kind": kind}, update={"kind": "host"})

    @staticmethod
    def defined(code, exponent_bits, mantissa_bits):
        """(-1)^sign * 2^(exponent - bias) * 1.mantissa, and subnormal numbers at exponent 0."""
        bias = 2 ** (exponent_bits - 1) - 1
        mantissa = code % 2**mantissa_bits
        exponent = code >> mantissa_bits & 2**exponent_bits - 1
        sign = -1 if code >> exponent_bits + mantissa_bits else 1
        significand = mantissa + (2**mantissa_bits if exponent else 0)
        return sign * significand * Fraction(2) ** (max(exponent, 1) - bias - mantissa_bits)

    def test_every_code_is_its_definition(self):
        for kind, e, m, specials in (("fp16", 5, 10, 2**10), ("bf16", 8, 7, 2**7), ("fp8_e4m3", 4, 3, 1),
                                     ("fp8_e5m2", 5, 2, 4), ("mxfp8", 4, 3, 1), ("mxfp4", 2, 1, 0),
                                     ("nvfp4", 2, 1, 0)):
            values = napier.code_values(self.design(kind), 0)
            self.assertEqual(len(values), 2 ** (1 + e + m))
            numbers = 2 ** (e + m) - specials
            for code, value in enumerate(values):
                if code % 2 ** (e + m) < numbers:
                    self.assertEqual(Fraction(float(value)), self.defined(code, e, m), (kind, code))
                else:
                    self.assertFalse(math.isfinite(value), (kind, code))

    def test_half_precision_is_numpys(self):
        x = np.random.default_rng(5).standard_normal((40, 50)).astype(np.float32)
        q = napier.quantize(self.design("fp16"), x, 0)
        self.assertEqual(q.words.dtype, np.uint16)
        self.assertIsNone(q.block_scales)
        np.testing.assert_array_equal(q.words, x.astype(np.float16).view(np.uint16))
        np.testing.assert_array_equal(napier.dequantize(self.design("fp16"), q.words), x.astype(np.float16))

    def test_blocks_share_their_scale(self):
        x = np.random.default_rng(6).standard_normal((3, 70)).astype(np.float32)
        for kind, block in (("mxfp8", 32), ("mxfp4", 32), ("nvfp4", 16)):
            design = self.design(kind)
            q = napier.quantize(design, x)
            self.assertEqual(q.block_scales.shape, (3, -(-70 // block)))
            elements = napier.code_values(design)[q.words]
            if kind == "nvfp4":
                scales = napier.code_values(self.design("fp8_e4m3"))[q.block_scales]
            else:
                scales = np.exp2(q.block_scales.astype(np.float64) - 127)
            wanted = elements * np.repeat(scales, block, axis=1)[:, :70] * 2.0**q.scale
            back = napier.dequantize(design, q.words, q.scale, q.block_scales)
            np.testing.assert_array_equal(back, wanted.astype(np.float32))
            again = napier.quantize(design, back, q.scale)
            np.testing.assert_array_equal(
                napier.dequantize(design, again.words, again.scale, again.block_scales), back)
            with self.assertRaisesRegex(napier.InputError, "block_scales are missing"):
                napier.dequantize(design, q.words, q.scale)
            with self.assertRaisesRegex(napier.InputError, "block_scales do not fit"):
                napier.dequantize(design, q.words, q.scale, q.block_scales[:, :1])

    def test_misuse_is_refused(self):
        with self.assertRaisesRegex(napier.InputError, "bf16 has no scale of whole tensors"):
            napier.quantize(self.design("bf16"), [1.0], 3)
        with self.assertRaisesRegex(napier.InputError, "has no blocks"):
            napier.dequantize(self.design("fp16"), [1], 0, [127])
        with self.assertRaisesRegex(napier.InputError, "nothing to convert"):
            napier.quantize(self.design("fp32"), [1.0])


class Datapath(unittest.TestCase):
    """lane_sum, dot and gemm against the contract's formulas on Python's integers."""

    DESIGN = napier.Design(datapath={"vector": 4, "lanes": 8, "term_bits": 12, "accumulator_bits": 16},
                           post_processor={"lanes": 4}, update={"lanes": 4})

    def setUp(self):
        self.random = np.random.default_rng(7)

    def words(self, *shape):
        words = self.random.integers(0, 256, shape)
        return np.where(words == 128, 0, words).astype(np.uint8)

    def lane_sum(self, a, b):
        """style binned with all remainder bits: sum over bins of C[r] * (sum of sign * 8 * 2^q / 2^(34 - 12)),
        the fraction of each term and of the whole sum dropped."""
        constants = [round(Fraction(256) * Fraction(2 ** (r / 8))) for r in range(8)]
        self.assertEqual(constants, [256, 279, 304, 332, 362, 395, 431, 470])
        bins = [0] * 8
        for x, y in zip(map(int, a), map(int, b)):
            if x & 127 == 0 or y & 127 == 0:
                continue
            quotient, remainder = divmod((x & 127) + (y & 127), 8)
            term = (8 << quotient) >> (31 + 3 - 12)
            bins[remainder] += -term if (x ^ y) & 128 else term
        return sum(c * s for c, s in zip(constants, bins)) >> 8

    def dot(self, a, b, bias=0):
        acc, overflows = bias, 0
        for i in range(0, len(a), 4):
            acc += self.lane_sum(a[i : i + 4], b[i : i + 4])
            clamped = max(-(2**15), min(2**15 - 1, acc))
            overflows += clamped != acc
            acc = clamped
        return acc, overflows

    def test_lane_and_dot(self):
        for size in list(range(1, 5)) * 20:
            a, b = self.words(size), self.words(size)
            self.assertEqual(napier.lane_sum(self.DESIGN, a, b), self.lane_sum(a, b))
        saturated = 0
        for size in list(range(1, 60)) * 3:
            a, b = self.words(size) | 0x78, self.words(size) | 0x78  # large: accumulators overflow
            wanted = self.dot(a, b, bias=-5)
            self.assertEqual(napier.dot(self.DESIGN, a, b, bias=-5), wanted)
            saturated += wanted[1]
        self.assertGreater(saturated, 0)

    def test_gemm_is_dot_by_every_kernel_and_number_of_threads(self):
        a, b = self.words(9, 21), self.words(6, 21)
        bias = self.random.integers(-1000, 1000, 9).astype(np.int32)
        wanted = np.array([[self.dot(a[m], b[n], int(bias[m]))[0] for m in range(9)] for n in range(6)])
        for kernel in ["", *napier.kernels(self.DESIGN)]:
            for threads in (1, 2):
                acc, _ = napier.gemm(self.DESIGN, a, b, bias, threads=threads, kernel=kernel)
                np.testing.assert_array_equal(acc, wanted, kernel)

    def test_a_flipped_bit_changes_the_accumulator(self):
        a = np.full(8, 120, np.uint8)
        wanted, _ = napier.dot(self.DESIGN, a, a)
        for bit in range(8):
            altered = a.copy()
            altered[3] ^= 1 << bit
            self.assertNotEqual(napier.dot(self.DESIGN, altered, a)[0], wanted, f"bit {bit}")


class Fp8Datapath(unittest.TestCase):
    """lane_sum, dot, gemm and post_process of FP8 against their definition in fractions."""

    KINDS = (("fp8_e4m3", 4, 3, 448, 17), ("fp8_e5m2", 5, 2, 57344, 31))

    def design(self, kind):
        return napier.Design(format={"kind": kind}, update={"kind": "host"}, post_processor={"lanes": 4},
                             datapath={"vector": 4, "lanes": 8, "term_bits": 12, "accumulator_bits": 16})

    def test_products_are_fractions_cut_to_integers(self):
        random = np.random.default_rng(8)
        for kind, e, m, largest, octave in self.KINDS:
            design = self.design(kind)
            values = [Baselines.defined(code, e, m) for code in range(256)]
            numbers = [code for code in range(256) if abs(values[code]) <= largest]
            a, b = (random.choice(numbers, (n, 18)).astype(np.uint8) for n in (7, 5))
            wanted = np.zeros((5, 7), np.int32)
            for n, m_row in np.ndindex(5, 7):
                acc = 0
                for i in range(0, 18, 4):
                    for x, y in zip(a[m_row, i : i + 4], b[n, i : i + 4]):
                        acc += int(values[x] * values[y] * Fraction(2) ** (12 - octave))  # towards zero
                    acc = max(-(2**15), min(2**15 - 1, acc))
                wanted[n, m_row] = acc
                self.assertEqual(napier.dot(design, a[m_row], b[n])[0], acc)
            for kernel in ["", *napier.kernels(design)]:
                np.testing.assert_array_equal(napier.gemm(design, a, b, kernel=kernel)[0], wanted, kernel)

    def test_outputs_are_the_nearest_numbers(self):
        for kind, e, m, largest, _ in self.KINDS:
            design = self.design(kind)
            codes = [code for code in range(128) if Baselines.defined(code, e, m) <= largest]
            values = [Baselines.defined(code, e, m) for code in codes]
            for bias_k in (-3, 0, 9, 20):
                acc = np.arange(-2000, 2001, 7, dtype=np.int32)
                words = napier.post_process(design, acc, bias_k, False)
                for x, word in zip(map(int, acc), map(int, words)):
                    real = abs(x) * Fraction(2) ** -bias_k
                    # The nearest; of two as near, the even code.
                    best = min(codes, key=lambda code: (abs(values[code] - real), code % 2))
                    self.assertEqual(word, best | (128 if x < 0 else 0), (kind, bias_k, x))

    def test_infinities_and_nan_are_refused(self):
        for kind, word in (("fp8_e4m3", 0x7F), ("fp8_e5m2", 0x7C), ("fp8_e5m2", 0xFF)):
            with self.assertRaisesRegex(napier.InputError, f"is {word}, which is no word"):
                napier.dot(self.design(kind), [word], [1])


class GoldenTrace(unittest.TestCase):
    """Every record of a trace that the trainer wrote, computed again through the module."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.file = cls.folder.name + "/trace.h5"
        experiment = SOURCE / "configs/experiments/fashion_mlp_tiny.yaml"
        subprocess.run([PROGRAM, "train", experiment, "-o", cls.folder.name + "/run", "--trace", cls.file],
                       check=True, capture_output=True)
        cls.trace = napier.read_trace(cls.file)

    def test_products_and_outputs(self):
        design = self.trace.design
        self.assertGreater(len(self.trace.gemms), 0)
        for name, r in self.trace.gemms.items():
            with self.subTest(name):
                acc, overflows = napier.gemm(design, r["a"], r["b"], r.get("bias"))
                np.testing.assert_array_equal(acc, r["acc"])
                self.assertEqual(overflows, r["saturations"])
                self.assertEqual(acc[0, 0], napier.dot(design, r["a"][0], r["b"][0], r.get("bias", [0])[0])[0])
                if r["raw"]:
                    continue
                out = napier.post_process(design, acc, r["bias_k"], relu=bool(r["relu"]))
                self.assertEqual(napier.bias_k(design, r["k_a"], r["k_b"], r["k_out"]), r["bias_k"])
                np.testing.assert_array_equal(out * r.get("mask", 1), r["out"])

    def test_updates(self):
        self.assertGreater(len(self.trace.updates), 0)
        design = self.trace.design
        for name, r in self.trace.updates.items():
            with self.subTest(name):
                settings = napier.MadamSettings(design, r["step"], 0, 2.0**-6)
                for field in ("gradient_exponent", "step_log2", "cap"):
                    setattr(settings, field, r[field])
                self.assertEqual(settings.correction, r["correction"])
                weights, v = napier.madam_update(design, r["weight_before"], r["v_before"], r["gradient"],
                                                 settings)
                np.testing.assert_array_equal(weights, r["weight_after"])
                np.testing.assert_array_equal(v, r["v_after"])
                settings.step_log2 += 1 << 12
                other, _ = napier.madam_update(design, r["weight_before"], r["v_before"], r["gradient"], settings)
                self.assertFalse(np.array_equal(other, r["weight_after"]), "another learning rate shows")

    def test_an_altered_operand_shows(self):
        r = next(iter(self.trace.gemms.values()))
        a = r["a"].copy()
        a[0, 0] = 127 if a[0, 0] != 127 else 126
        b = np.maximum(r["b"], 1)
        before, _ = napier.gemm(self.trace.design, r["a"], b)
        after, _ = napier.gemm(self.trace.design, a, b)
        self.assertFalse(np.array_equal(before, after))

    def test_dumps_open_in_numpy_and_h5py_and_hold_the_trace(self):
        import h5py

        for ending in ("npz", "h5"):
            subprocess.run([PROGRAM, "dump", self.file, "-o", f"{self.folder.name}/dump.{ending}"], check=True,
                           capture_output=True)
        arrays = np.load(self.folder.name + "/dump.npz")
        with h5py.File(self.folder.name + "/dump.h5") as tree, h5py.File(self.file) as original:
            self.assertEqual(str(arrays["design"].item(), "utf-8"), self.trace.design.yaml)
            for name in arrays:
                np.testing.assert_array_equal(arrays[name], tree[name][()], name)
            for name, r in self.trace.gemms.items():
                for key in ("a", "b", "acc"):
                    np.testing.assert_array_equal(arrays[f"gemm/{name}/{key}"], r[key])
                    np.testing.assert_array_equal(original["gemm"][name][key], r[key])
                    self.assertTrue(tree["gemm"][name][key].attrs["meaning"])
                unit = arrays[f"gemm/{name}/accumulator_unit"]
                self.assertEqual(unit, napier.accumulator_unit(self.trace.design, r["k_a"], r["k_b"]))
                np.testing.assert_array_equal(
                    arrays[f"gemm/{name}/a_value"], napier.dequantize(self.trace.design, r["a"], r["k_a"]))

    def test_converted_files_are_what_the_module_makes(self):
        design = SOURCE / "configs/designs/lns8_paper.yaml"
        x = np.random.default_rng(3).standard_normal((6, 5))
        np.savez(self.folder.name + "/x.npz", x=x)
        words, back = self.folder.name + "/w.npz", self.folder.name + "/y.npy"
        subprocess.run([PROGRAM, "convert", self.folder.name + "/x.npz", "--design", design, "-o", words],
                       check=True, capture_output=True)
        subprocess.run([PROGRAM, "convert", words, "--to", "values", "--design", design, "-o", back], check=True,
                       capture_output=True)
        wanted = napier.quantize(napier.Design.read(str(design)), x)
        np.testing.assert_array_equal(np.load(words)["x.words"], wanted.words)
        self.assertEqual(np.load(words)["x.scale"], wanted.scale)
        np.testing.assert_array_equal(
            np.load(back), napier.dequantize(napier.Design.read(str(design)), wanted.words, wanted.scale))


if __name__ == "__main__":
    unittest.main()
