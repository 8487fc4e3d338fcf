"""Single LNS values against the definition that the Python package xlns publishes, written anew in exact rationals:
x = the integer nearest to F-bit log2 |v| (F = log2 gamma), value = +-2^(x / 2^F), a product adds the x and
multiplies the signs. docs/validation.md says how the package itself was compared."""

import unittest
from fractions import Fraction

import napier
import numpy as np

# Word width, log2 gamma, and term bits that keep the leading bits of every product in range.
FORMATS = ((8, 3, 24), (8, 4, 19), (7, 2, 24), (6, 0, 30))


def nearest_exponent(v, gamma):
    """The x with 2^(x - 1/2) < |v|^gamma < 2^(x + 1/2), decided by squares in integers."""
    power = Fraction(abs(float(v))) ** (2 * gamma)
    x = round(gamma * float(np.log2(abs(float(v)))))
    while power > Fraction(2) ** (2 * x + 1):
        x += 1
    while power < Fraction(2) ** (2 * x - 1):
        x -= 1
    return x


class Xlns(unittest.TestCase):
    def designs(self):
        for bits, gamma_log2, term_bits in FORMATS:
            yield napier.Design(
                format={"bits": bits, "gamma_log2": gamma_log2},
                datapath={"lut_bits": gamma_log2, "term_bits": term_bits, "accumulator_bits": 32},
                update={"bits": bits + 8})

    def exponents(self, design, words, scale):
        return (words.astype(int) & design.max_code) - design.max_code + scale

    def test_values_of_all_words_convert_to_their_exponent(self):
        for design in self.designs():
            codes = np.arange(1, design.max_code + 1, dtype=np.uint8)
            for words in (codes, codes | (design.max_code + 1)):
                for scale in (-17, 0, 13):
                    values = napier.dequantize(design, words, scale)
                    wanted = self.exponents(design, words, scale)
                    self.assertEqual([nearest_exponent(v, design.gamma) for v in values], list(wanted))
                    self.assertTrue(np.all((values < 0) == (words > design.max_code)))
                    exact = 2.0 ** (wanted / design.gamma)
                    # The nearest float of 2^(x / gamma): half an LSB, and one of NumPy's own power.
                    self.assertTrue(np.all(np.abs(np.abs(values) - exact) <= exact * (2.0**-24 + 2.0**-52)))

    def test_numbers_between_codes_convert_to_the_nearest(self):
        random = np.random.default_rng(5)
        for design in self.designs():
            steps = np.arange(1, design.gamma + 1)
            halves = (2.0 ** ((steps - 0.5) / design.gamma)).astype(np.float32)  # between two codes, to a float
            close = [np.nextafter(halves, np.float32(side), dtype=np.float32) for side in (0, 4)]
            numbers = np.concatenate([halves, *close, np.exp2(random.uniform(-4, 1, 500))]).astype(np.float32)
            scale = 2 * design.gamma
            words = napier.quantize(design, numbers, scale).words
            inside = (words & design.max_code) > 0
            for number, x in zip(numbers[inside], self.exponents(design, words[inside], scale)):
                self.assertEqual(nearest_exponent(number, design.gamma), x, number)
            self.assertGreater(np.count_nonzero(inside), 400)

    def test_products_of_all_pairs_of_words(self):
        for design in self.designs():
            words = np.arange(2 ** design.bits)
            words = words[words != design.max_code + 1].astype(np.uint8)[:, None]
            acc, overflows = napier.gemm(design, words, words)
            self.assertEqual(overflows, 0)
            scale = 5
            out = napier.post_process(design, acc, napier.bias_k(design, scale, scale, 2 * scale)).astype(int)
            code, sign = words.astype(int) & design.max_code, words.astype(int) > design.max_code
            zero = (code == 0) | (code == 0).T
            x = self.exponents(design, words, scale)
            total = x + x.T  # the product's exponent, 2 scale at most
            wanted = np.where(zero, 0, total - 2 * scale + design.max_code)
            wanted = np.maximum(wanted, 0)  # below the smallest code: zero
            np.testing.assert_array_equal(out & design.max_code, wanted)
            np.testing.assert_array_equal(out > design.max_code, (sign ^ sign.T) & (wanted > 0))

    def test_a_shifted_scale_and_a_flipped_sign_are_noticed(self):
        design = next(self.designs())
        words = np.array([100], np.uint8)
        value = napier.dequantize(design, words, 1)[0]
        self.assertNotEqual(nearest_exponent(value, design.gamma), self.exponents(design, words, 0)[0])
        self.assertLess(napier.dequantize(design, words ^ 128, 0)[0], 0)


if __name__ == "__main__":
    unittest.main()
