"""Training that starts from ONNX models: the weights are the model's, and the network computes what the model does."""

import csv
import gzip
import os
import pathlib
import subprocess
import tempfile
import unittest

import napier
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

PROGRAM = os.environ["NAPIER_BINARY"]
SOURCE = pathlib.Path(os.environ["NAPIER_SOURCE_DIR"])
DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
SAMPLES = 40
ROUNDING = 2.0**-24  # of one FP32 operation, relative


BATCH = 8  # all that is trained on


def images(name, count):
    pixels = gzip.open(DATA / f"{name}-images-idx3-ubyte.gz").read()[16 : 16 + count * 784]
    return np.frombuffer(pixels, np.uint8).reshape(count, 1, 28, 28) / 255


def test_data():
    labels = gzip.open(DATA / "t10k-labels-idx1-ubyte.gz").read()[8 : 8 + SAMPLES]
    return images("t10k", SAMPLES), np.frombuffer(labels, np.uint8)


class Bounded:
    """Numbers in FP64, and how far an FP32 computation may be from them, whatever the order of its sums."""

    def __init__(self, value, error):
        self.value, self.error = value, error

    def apply(self, function):
        return Bounded(function(self.value), function(self.error))  # rearranges

    def affine(self, product, w, b, terms):
        """product(x, w) + b: each of `terms` products and sums rounds by at most ROUNDING of the sum of
        magnitudes, which itself may be off by the errors that came in."""
        magnitude = product(np.abs(self.value) + self.error, np.abs(w)) + np.abs(b)
        error = product(self.error, np.abs(w)) + 1.01 * (terms + 1) * ROUNDING * magnitude
        return Bounded(product(self.value, w) + b, error)

    def relu(self):
        return Bounded(np.maximum(self.value, 0), self.error)

    def normalised(self, mean, variance, gain, shift):
        """By channels: gain (x - mean) / sqrt(variance) + shift, mean and variance Bounded. The mean and 1 / sqrt
        become FP32, then a difference, two products and a sum."""
        by_channel = lambda v: v[None, :, None, None]
        inverse = 1 / np.sqrt(variance.value)
        distance = self.value - by_channel(mean.value)
        error = self.error + by_channel(mean.error + ROUNDING * np.abs(mean.value))
        # sqrt changes by less than half the relative change of its argument, divided by what is left of it
        drift = variance.error / (variance.value - variance.error) / 2
        error = error + np.abs(distance) * (by_channel(drift) + 1.01 * 4 * ROUNDING)
        value = distance * by_channel(gain * inverse) + by_channel(shift)
        error = 1.01 * error * by_channel(np.abs(gain) * inverse) + ROUNDING * np.abs(value)
        return Bounded(value, error)

    def statistics(self):
        """Mean and unbiased variance of the channels; numbers off by e move the square of a distance d from the
        mean, off by as much, by at most 4 e d + 4 e^2."""
        across = (0, 2, 3)
        count = self.value.size // self.value.shape[1]
        mean, error = self.value.mean(axis=across), self.error.max(axis=across)
        distance = np.abs(self.value - mean[None, :, None, None]).max(axis=across)
        spread = 1.01 * (4 * error * distance + 4 * error**2)
        return Bounded(mean, error), Bounded(self.value.var(axis=across) * count / (count - 1), spread)

    def towards(self, other, weight):
        return Bounded(self.value + weight * (other.value - self.value),
                       (1 - weight) * self.error + weight * other.error)

    def pool(self):
        def largest(x):
            n, c, h, w = x.shape
            return x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))

        return Bounded(largest(self.value), largest(self.error))


def linear(x, w):
    return x @ w.T


def convolution(x, w):
    """3 x 3, padded by 1, in ONNX's order."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))  # n c h w 3 3
    return np.einsum("nchwij,ocij->nohw", windows, w)


def mean_loss(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels])


class StartTest(unittest.TestCase):
    def setUp(self):
        self.random = np.random.default_rng(2)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def numbers(self, *shape):
        scale = 1 / np.sqrt(np.prod(shape[1:])) if len(shape) > 1 else 0.1
        return (scale * self.random.standard_normal(shape)).astype(np.float32)

    def save(self, nodes, tensors):
        graph = helper.make_graph(
            nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, None)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
            [numpy_helper.from_array(v, n) for n, v in tensors.items()])
        onnx.save(helper.make_model(graph), str(self.folder / "model.onnx"))

    def train(self, design, network):
        """Trains one epoch at a rate too small to move any weight, and says what came out."""
        (self.folder / "experiment.yaml").write_text(
            f"design: {SOURCE}/configs/designs/{design}.yaml\nbatch: 8\nepochs: 1\n"
            f"dataset: {{train_samples: {BATCH}, test_samples: {SAMPLES}}}\n"
            f"optimizer: {{host: {{rule: sgd, learning_rate: 1.0e-30}}}}\n"
            f"network: {{{network}, weights: model.onnx}}\n")
        run = subprocess.run(
            [PROGRAM, "train", self.folder / "experiment.yaml", "-o", self.folder / "run", "--dump",
             self.folder / "weights.npz"], capture_output=True, text=True)
        if run.returncode != 0:
            return run.returncode, run.stderr
        with open(self.folder / "run/epochs.csv") as table:
            return np.load(self.folder / "weights.npz"), float(list(csv.DictReader(table))[-1]["test_loss"])

    def perceptron(self):
        tensors = {"w1": self.numbers(32, 784), "b1": self.numbers(32), "w2": self.numbers(10, 32),
                   "b2": self.numbers(10)}
        self.save([helper.make_node("Flatten", ["x"], ["f"]),
                   helper.make_node("Gemm", ["f", "w1", "b1"], ["h"], name="first", transB=1),
                   helper.make_node("Relu", ["h"], ["r"]),
                   helper.make_node("Gemm", ["r", "w2", "b2"], ["y"], name="second", transB=1)], tensors)
        return tensors

    def check_loss(self, loss, logits):
        # Softmax's loss moves by at most twice the largest error of a logit; the file has six decimals.
        _, labels = test_data()
        bound = 2 * logits.error.max() + 0.5e-6 + 1e-9
        self.assertLess(bound, 0.01 * loss)
        self.assertLessEqual(abs(loss - mean_loss(logits.value, labels)), bound)
        self.assertGreater(abs(loss - mean_loss(logits.value[:, ::-1], labels)), bound)

    def test_perceptron_computes_what_the_model_does(self):
        t = self.perceptron()
        arrays, loss = self.train("fp32", "kind: mlp, layers: [784, 32, 10]")
        for name, tensor in (("fc1.weight", "w1"), ("fc1.bias", "b1"), ("fc2.weight", "w2"), ("fc2.bias", "b2")):
            np.testing.assert_array_equal(arrays[name], t[tensor])
        x = test_data()[0].reshape(SAMPLES, 784)
        hidden = Bounded(x, ROUNDING * x).affine(linear, t["w1"].astype(float), t["b1"], 784).relu()
        self.check_loss(loss, hidden.affine(linear, t["w2"].astype(float), t["b2"], 32))

    def test_words_are_the_models_weights_quantised(self):
        t = self.perceptron()
        arrays, _ = self.train("int8", "kind: mlp, layers: [784, 32, 10]")
        design = napier.Design.parse(str(arrays["design"].item(), "utf-8"))
        for layer in ("1", "2"):
            words, scale = arrays[f"fc{layer}.weight.words"], int(arrays[f"fc{layer}.weight.scale"])
            np.testing.assert_array_equal(napier.quantize(design, t["w" + layer], scale).words, words)
            np.testing.assert_array_equal(napier.dequantize(design, words, scale), arrays[f"fc{layer}.weight"])
            np.testing.assert_array_equal(arrays[f"fc{layer}.bias"], t["b" + layer])

    def test_madam_weights_are_within_half_a_code_of_the_model(self):
        t = self.perceptron()
        arrays, _ = self.train("lns8_paper", "kind: mlp, layers: [784, 32, 10]")
        self.assertEqual(arrays["fc1.weight.update_words"].dtype, np.uint16)
        design = napier.Design.parse(str(arrays["design"].item(), "utf-8"))
        np.testing.assert_array_equal(
            napier.operands_of_weights(design, arrays["fc1.weight.update_words"]), arrays["fc1.weight.words"])
        signs = np.sign(arrays["fc1.weight"])
        self.assertTrue(np.all((signs == 0) | (signs == np.sign(t["w1"]))))

    def test_convolutional_network_computes_what_the_model_does(self):
        t = {"k": self.numbers(4, 1, 3, 3), "kb": self.numbers(4), "w1": self.numbers(16, 4 * 14 * 14),
             "b1": self.numbers(16), "w2": self.numbers(10, 16), "b2": self.numbers(10)}
        self.save([helper.make_node("Conv", ["x", "k", "kb"], ["c"], name="conv", pads=[1, 1, 1, 1]),
                   helper.make_node("Relu", ["c"], ["a"]),
                   helper.make_node("MaxPool", ["a"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
                   helper.make_node("Flatten", ["p"], ["f"]),
                   helper.make_node("Gemm", ["f", "w1", "b1"], ["h"], transB=1),
                   helper.make_node("Relu", ["h"], ["r"]),
                   helper.make_node("Gemm", ["r", "w2", "b2"], ["y"], transB=1)], t)
        arrays, loss = self.train("fp32", "kind: cnn, cnn: {convolutions: [4], hidden: 16}")
        np.testing.assert_array_equal(arrays["conv1.weight"], t["k"].transpose(0, 2, 3, 1).reshape(4, 9))
        x, _ = test_data()
        pooled = Bounded(x, ROUNDING * x).affine(
            convolution, t["k"].astype(float), t["kb"][:, None, None], 9).relu().pool()
        flat = pooled.apply(lambda v: v.reshape(SAMPLES, -1))
        hidden = flat.affine(linear, t["w1"].astype(float), t["b1"], 784).relu()
        self.check_loss(loss, hidden.affine(linear, t["w2"].astype(float), t["b2"], 16))

    def test_models_that_do_not_fit_are_refused_by_node_and_shape(self):
        self.perceptron()
        for network, parts in (
            ("kind: mlp, layers: [784, 48, 10]",
             ["Gemm 'first'", "[32][784] do not fit", "'fc1' of the network has weights of shape [48][784]"]),
            ("kind: mlp, layers: [784, 32, 16, 10]", ["Gemm 'second'", "[10][32] do not fit", "'fc2'"]),
            ("kind: cnn", ["Gemm 'first'", "do not fit", "conv1"]),
            ("kind: resnet", ["network.weights is for network.kind mlp and cnn"]),
        ):
            with self.subTest(network):
                code, message = self.train("fp32", network)
                self.assertEqual(code, 2, message)
                for part in parts:
                    self.assertIn(part, message)
        self.save([helper.make_node("Gemm", ["x", "w"], ["h"], transB=1),
                   helper.make_node("Gemm", ["h", "v"], ["y"], name="more", transB=1)],
                  {"w": self.numbers(10, 784), "v": self.numbers(10, 10)})
        code, message = self.train("fp32", "kind: mlp, layers: [784, 10]")
        self.assertEqual(code, 2, message)
        self.assertIn("Gemm 'more': the network of the experiment has only 1 layers with weights", message)

    def normalising_model(self, epsilon, variance):
        t = {"k": self.numbers(4, 1, 3, 3), "kb": np.array([0.3, -0.2, 0.5, -0.4], np.float32), "gain": 1 + self.numbers(4),
             "shift": self.numbers(4), "mean": np.array([-0.4, -0.1, 0.3, 0.6], np.float32), "variance": variance,
             "w1": self.numbers(16, 4 * 14 * 14), "b1": self.numbers(16), "w2": self.numbers(10, 16),
             "b2": self.numbers(10)}
        self.save([helper.make_node("Conv", ["x", "k", "kb"], ["c"], name="conv", pads=[1, 1, 1, 1]),
                   helper.make_node("BatchNormalization", ["c", "gain", "shift", "mean", "variance"], ["n"],
                                    name="bn", epsilon=float(epsilon)),
                   helper.make_node("Relu", ["n"], ["a"]),
                   helper.make_node("MaxPool", ["a"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
                   helper.make_node("Flatten", ["p"], ["f"]),
                   helper.make_node("Gemm", ["f", "w1", "b1"], ["h"], transB=1),
                   helper.make_node("Relu", ["h"], ["r"]),
                   helper.make_node("Gemm", ["r", "w2", "b2"], ["y"], transB=1)], t)
        return t

    def test_batch_normalisation_comes_along(self):
        """Also a bias of the convolution and an epsilon that are not the network's own. The one batch of training
        moves the statistics by 0.1 of the way to its own."""
        epsilon = np.float32(0.2)
        t = self.normalising_model(epsilon, np.array([0.2, 0.5, 1.0, 2.0], np.float32))
        arrays, loss = self.train("fp32", "kind: cnn, cnn: {convolutions: [4], hidden: 16, batch_norm: true}")
        np.testing.assert_array_equal(arrays["norm1.gain"], t["gain"])
        np.testing.assert_array_equal(arrays["norm1.bias"], t["shift"])

        def convolved(x):
            return Bounded(x, ROUNDING * x).affine(convolution, t["k"].astype(float), 0, 9)

        def logits(mean, variance):
            batch_mean, batch_variance = convolved(images("train", BATCH)).statistics()
            mean = Bounded(mean - t["kb"], 0).towards(batch_mean, 0.1)
            variance = Bounded(variance + float(epsilon) - 1e-5, 0).towards(batch_variance, 0.1)
            variance.value = variance.value + 1e-5
            seen = convolved(test_data()[0]).normalised(mean, variance, t["gain"].astype(float), t["shift"])
            flat = seen.relu().pool().apply(lambda v: v.reshape(SAMPLES, -1))
            hidden = flat.affine(linear, t["w1"].astype(float), t["b1"], 784).relu()
            return hidden.affine(linear, t["w2"].astype(float), t["b2"], 16)

        mean, variance = t["mean"].astype(float), t["variance"].astype(float)
        right = logits(mean, variance)
        self.check_loss(loss, right)
        for wrong in (logits(mean + t["kb"], variance), logits(mean, variance - float(epsilon) + 1e-5),
                      logits(mean[::-1], variance), logits(mean, variance[::-1])):
            self.assertGreater(abs(loss - mean_loss(wrong.value, test_data()[1])), 2 * right.error.max() + 1e-6)

    def test_batch_normalisation_without_its_counterpart_and_zeros_are_refused(self):
        plain = "kind: cnn, cnn: {convolutions: [4], hidden: 16}"
        normalising = "kind: cnn, cnn: {convolutions: [4], hidden: 16, batch_norm: true}"
        ones = np.ones(4, np.float32)
        self.normalising_model(1e-5, ones)
        code, message = self.train("fp32", plain)
        self.assertEqual(code, 2, message)
        self.assertIn("BatchNormalization 'bn': batch normalisation stands where the network has layer 'fc1.weight'", message)
        for epsilon, variance, part in (
            (1e-6, 0 * ones, "'bn': variance 0.000000 with epsilon 0.000001 is less than the epsilon that Napier adds"),
            (1e-5, -ones, "'bn': the variance of channel 0 is -1.000000"),
            (1e-5, np.ones(3, np.float32), "variance has shape [3], but the scale [4]"),
        ):
            self.normalising_model(epsilon, variance)
            code, message = self.train("fp32", normalising)
            self.assertEqual(code, 2, message)
            self.assertIn(part, message)
        self.save([helper.make_node("Conv", ["x", "k"], ["c"]),
                   helper.make_node("Gemm", ["c", "w"], ["y"], name="g", transB=1)],
                  {"k": self.numbers(4, 1, 3, 3), "w": self.numbers(16, 784)})
        code, message = self.train("fp32", normalising)
        self.assertEqual(code, 2, message)
        self.assertIn("Gemm 'g': shape [16][784] does not fit: 'norm1.gain' of the network normalises 4", message)
        self.save([helper.make_node("Gemm", ["x", "w"], ["y"], name="g", transB=1)],
                  {"w": np.zeros((10, 784), np.float32)})
        code, message = self.train("fp32", "kind: mlp, layers: [784, 10]")
        self.assertEqual(code, 2, message)
        self.assertIn("Gemm 'g': all weights are zero", message)


if __name__ == "__main__":
    unittest.main()
