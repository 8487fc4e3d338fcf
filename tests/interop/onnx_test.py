"""Weights of ONNX models: models are written with the onnx package, read, and run by NumPy in both orders."""

import pathlib
import tempfile
import unittest

import napier
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def node(kind, inputs, output, **attributes):
    return helper.make_node(kind, inputs, [output], name=output, **attributes)


class OnnxTest(unittest.TestCase):
    def setUp(self):
        self.random = np.random.default_rng(1)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "model.onnx"

    def numbers(self, *shape):
        return self.random.standard_normal(shape).astype(np.float32)

    def save(self, nodes, tensors, raw=True):
        def proto(name, values):
            if raw:
                return numpy_helper.from_array(values, name)
            return helper.make_tensor(name, TensorProto.FLOAT, values.shape, values.flatten())

        graph = helper.make_graph(
            nodes,
            "g",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, None)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
            [v if isinstance(v, onnx.TensorProto) else proto(n, v) for n, v in tensors.items()],
        )
        onnx.save(helper.make_model(graph), str(self.file))

    def read(self):
        return napier.read_onnx_weights(str(self.file))

    def refused(self, *parts):
        with self.assertRaises(napier.InputError) as caught:
            self.read()
        for part in parts:
            self.assertIn(part, str(caught.exception))

    def test_perceptron_of_gemms_either_way_round(self):
        w1, b1, w2, b2 = self.numbers(5, 7), self.numbers(5), self.numbers(5, 3), self.numbers(3)
        for raw in (True, False):
            self.save(
                [
                    node("Flatten", ["x"], "flat"),
                    node("Gemm", ["flat", "w1", "b1"], "fc1", transB=1),
                    node("Relu", ["fc1"], "relu"),
                    node("Gemm", ["relu", "w2", "b2"], "y"),
                ],
                {"w1": w1, "b1": b1, "w2": w2, "b2": b2},
                raw,
            )
            first, second = self.read()
            self.assertEqual((first.kind, first.node), ("linear", "Gemm 'fc1'"))
            np.testing.assert_array_equal(first.weights, w1)
            np.testing.assert_array_equal(first.bias, b1)
            np.testing.assert_array_equal(second.weights, w2.T)
            np.testing.assert_array_equal(second.bias, b2)

    def test_matmul_with_its_bias_added_and_constants_as_nodes(self):
        w, b, late = self.numbers(4, 2), self.numbers(2), self.numbers(2, 3)
        self.save(
            [
                helper.make_node("Constant", [], ["late"], value=numpy_helper.from_array(late)),
                node("MatMul", ["x", "w"], "m"),
                node("Add", ["b", "m"], "s"),
                node("Identity", ["late"], "v"),
                node("MatMul", ["s", "v"], "y"),
            ],
            {"w": w, "b": b},
        )
        first, second = self.read()
        np.testing.assert_array_equal(first.weights, w.T)
        np.testing.assert_array_equal(first.bias, b)
        np.testing.assert_array_equal(second.weights, late.T)
        self.assertIsNone(second.bias)

    def test_convolution_then_linear_computes_the_same_in_our_order(self):
        """The same image through ONNX's order and through ours gives the same numbers, up to FP64 rounding."""
        w, b, v = self.numbers(4, 2, 3, 3), self.numbers(4), self.numbers(5, 4 * 4 * 6)
        self.save(
            [
                node("Conv", ["x", "w", "b"], "c", pads=[1, 1, 1, 1], group=1, dilations=[1, 1]),
                node("Relu", ["c"], "r"),
                node("Flatten", ["r"], "f"),
                node("Gemm", ["f", "v"], "y", transB=1),
            ],
            {"w": w, "b": b, "v": v},
        )
        convolution, linear = self.read()
        self.assertEqual(convolution.weights.shape, (4, 3, 3, 2))
        image = self.random.standard_normal((2, 4, 6))  # [channel][row][column]

        padded = np.pad(image, ((0, 0), (1, 1), (1, 1)))
        theirs = np.empty((4, 4, 6))
        for o, r, c in np.ndindex(theirs.shape):
            theirs[o, r, c] = b[o] + np.sum(padded[:, r : r + 3, c : c + 3] * w[o])
        wanted = v.astype(float) @ np.maximum(theirs, 0).flatten()

        padded = padded.transpose(1, 2, 0)  # [row][column][channel]
        ours = np.empty((4, 6, 4))
        for r, c, o in np.ndindex(ours.shape):
            ours[r, c, o] = convolution.bias[o] + np.sum(
                padded[r : r + 3, c : c + 3] * convolution.weights[o]
            )
        y = linear.weights.astype(float) @ np.maximum(ours, 0).flatten()
        # Sums of 96 products in FP64 in another order: each off by less than 96 * 2^-53 of the sum of magnitudes.
        bound = 2 * 96 * 2.0**-53 * np.abs(v).sum(axis=1) * (1 + np.abs(theirs).max())
        self.assertTrue(np.all(np.abs(y - wanted) <= bound))

        altered = linear.weights.copy()
        altered[:, [0, 1]] = altered[:, [1, 0]]  # two columns in the wrong places are noticed
        wrong = altered.astype(float) @ np.maximum(ours, 0).flatten()
        self.assertFalse(np.all(np.abs(wrong - wanted) <= bound))

    def test_normalization_keeps_its_four_vectors(self):
        w = self.numbers(3, 1, 1, 1)
        four = {n: self.numbers(3) for n in ("scale", "shift", "mean", "variance")}
        four["variance"] = np.abs(four["variance"])
        self.save(
            [node("Conv", ["x", "w"], "c"), node("BatchNormalization", ["c", *four], "y")],
            {"w": w, **four},
        )
        normalization = self.read()[1]
        self.assertEqual(normalization.kind, "normalization")
        np.testing.assert_array_equal(normalization.weights, four["scale"])
        np.testing.assert_array_equal(normalization.bias, four["shift"])
        np.testing.assert_array_equal(normalization.mean, four["mean"])
        np.testing.assert_array_equal(normalization.variance, four["variance"])

    def test_refuses_by_node_and_shape(self):
        w, b = self.numbers(5, 7), self.numbers(5)
        gemm = ["x", "w", "b"]
        for why, kind, attributes, tensors in (
            ("transA is set", "Gemm", {"transA": 1, "transB": 1}, {"w": w, "b": b}),
            ("alpha is 0.5", "Gemm", {"alpha": 0.5, "transB": 1}, {"w": w, "b": b}),
            ("beta is 2", "Gemm", {"beta": 2.0, "transB": 1}, {"w": w, "b": b}),
            ("bias 'b' of shape [4] does not fit", "Gemm", {"transB": 1}, {"w": w, "b": self.numbers(4)}),
            ("weights 'w' of shape [5][7][1] should have 2 sizes", "Gemm", {}, {"w": w[:, :, None], "b": b}),
            ("bias 'b' is no constant", "Gemm", {"transB": 1}, {"w": w}),
            ("elements of type DOUBLE", "Gemm", {"transB": 1}, {"w": w.astype(np.float64), "b": b}),
            ("holds NaN at element 3", "Gemm", {"transB": 1}, {"w": np.where(w == w[0, 3], np.nan, w), "b": b}),
            ("groups of channels", "Conv", {"group": 2}, {"w": self.numbers(5, 1, 3, 3), "b": b}),
            ("dilations", "Conv", {"dilations": [2, 2]}, {"w": self.numbers(5, 1, 3, 3), "b": b}),
            ("weights 'w' of shape [5][7] should have 4 sizes", "Conv", {}, {"w": w, "b": b}),
            ("Napier has no such layer", "ConvTranspose", {}, {"w": w, "b": b}),
        ):
            with self.subTest(why):
                self.save([node(kind, gemm, "y", **attributes)], tensors)
                self.refused("model.onnx", f"node {kind} 'y'", why)

    def test_refuses_what_is_no_model_or_has_no_weights(self):
        self.file.write_bytes(b"\x00\x01 not a model")
        self.refused("is no whole ONNX model")
        self.save([node("Relu", ["x"], "y")], {})
        self.refused("has no Gemm, MatMul or Conv node")
        self.save([node("MatMul", ["x", "x"], "y")], {})
        self.refused("multiplies two computed tensors")
        with self.assertRaises(napier.InputError):
            napier.read_onnx_weights("/no/such/file.onnx")

    def test_refuses_parameters_kept_elsewhere(self):
        tensor = numpy_helper.from_array(self.numbers(5, 7), "w")
        onnx.external_data_helper.set_external_data(tensor, "weights.bin")
        self.save([node("Gemm", ["x", "w"], "y", transB=1)], {"w": tensor})
        self.refused("is kept in another file")


if __name__ == "__main__":
    unittest.main()
