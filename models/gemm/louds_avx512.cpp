#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>

#include "models/gemm/louds.hpp"
#include "models/gemm/packing.hpp"

// GCC 12 warns of its own header's deliberately undefined operands (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2,popcnt")

namespace napier::gemm {
namespace {

/// 0, 1, ... 63.
__m512i ascending() {
  alignas(64) std::array<std::uint8_t, 64> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  return _mm512_load_si512(bytes.data());
}

/// Turns 16 rows of 4 positions into 4 positions of 16 rows.
__m512i transposition() {
  alignas(64) std::array<std::uint8_t, 64> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(i % kPanel * 4 + i / kPanel);
  }
  return _mm512_load_si512(bytes.data());
}

__m512i bytes_of(int value) { return _mm512_set1_epi8(static_cast<char>(value)); }

}  // namespace

std::size_t find_louds_avx512(const std::uint8_t* words, const std::uint8_t* signs, std::size_t size,
                              int added, int count, std::uint32_t* found) {
  const __m512i places = ascending();
  std::uint32_t* to = found;
  for (std::size_t start = 0; start < size; start += 64) {
    const std::size_t left = size - start;
    const __mmask64 valid = left >= 64 ? ~__mmask64{0} : (__mmask64{1} << left) - 1;
    const __m512i attenuation =
        _mm512_sub_epi8(_mm512_maskz_loadu_epi8(valid, words + start), bytes_of(added));
    const __mmask64 loud = _mm512_mask_cmplt_epu8_mask(valid, attenuation, bytes_of(count));
    if (loud == 0) continue;
    const __m512i sign = _mm512_and_si512(_mm512_maskz_loadu_epi8(loud, signs + start), bytes_of(kNegative));
    alignas(64) std::array<std::uint8_t, 64> codes, positions;
    _mm512_store_si512(codes.data(), _mm512_maskz_compress_epi8(loud, _mm512_or_si512(attenuation, sign)));
    _mm512_store_si512(positions.data(), _mm512_maskz_compress_epi8(loud, places));
    const int louds = std::popcount(loud);
    for (int i = 0; i < louds; i += 16) {
      const auto widen = [i](const std::array<std::uint8_t, 64>& bytes) {
        return _mm512_cvtepu8_epi32(_mm_load_si128(reinterpret_cast<const __m128i*>(bytes.data() + i)));
      };
      const __m512i position = _mm512_add_epi32(widen(positions), _mm512_set1_epi32(static_cast<int>(start)));
      _mm512_storeu_si512(to + i, _mm512_or_si512(_mm512_slli_epi32(position, kCodeBits), widen(codes)));
    }
    to += louds;
  }
  return static_cast<std::size_t>(to - found);
}

void panel_codes_avx512(const std::uint32_t* panel, std::size_t groups, int count, std::size_t rows,
                        std::uint8_t* to) {
  const __m512i turn = transposition();
  const auto store = [&](std::size_t position, __m128i codes) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + position * rows), codes);
  };
  for (std::size_t g = 0; g < groups; ++g) {
    const __m512i attenuation = _mm512_loadu_si512(panel + 2 * kPanel * g);
    const __m512i sign =
        _mm512_and_si512(_mm512_loadu_si512(panel + 2 * kPanel * g + kPanel), bytes_of(kNegative));
    const __mmask64 loud = _mm512_cmplt_epu8_mask(attenuation, bytes_of(count));
    const __m512i code = _mm512_or_si512(_mm512_mask_mov_epi8(bytes_of(kQuiet), loud, attenuation), sign);
    const __m512i turned = _mm512_permutexvar_epi8(turn, code);
    store(kLnsGroup * g, _mm512_castsi512_si128(turned));
    store(kLnsGroup * g + 1, _mm512_extracti32x4_epi32(turned, 1));
    store(kLnsGroup * g + 2, _mm512_extracti32x4_epi32(turned, 2));
    store(kLnsGroup * g + 3, _mm512_extracti32x4_epi32(turned, 3));
  }
}

namespace {

/// add_louds_avx512() of `panels` panels; stride: rows of codes.
template <int panels>
void add_louds(const LoudTables& tables, std::span<const std::uint32_t> louds, const std::uint8_t* codes,
               std::size_t stride, int rows, const std::int32_t* bias, std::int32_t* acc) {
  __m512i sum[panels];
  const auto valid = [rows](int panel) {
    return static_cast<__mmask16>((1U << std::clamp(rows - panel * kPanel, 0, kPanel)) - 1);
  };
#pragma GCC unroll 8
  for (int p = 0; p < panels; ++p) {
    sum[p] = bias == nullptr ? _mm512_setzero_si512() : _mm512_maskz_loadu_epi32(valid(p), bias + p * kPanel);
  }
  for (const std::uint32_t loud : louds) {
    const auto& missing = tables.missing[loud % (1U << kCodeBits)];
    const __m512i plus = _mm512_load_si512(missing.data()), minus = _mm512_load_si512(missing.data() + 16);
    const std::uint8_t* from = codes + (loud >> kCodeBits) * stride;
#pragma GCC unroll 8
    for (int p = 0; p < panels; ++p) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + p * kPanel));
      sum[p] = _mm512_add_epi32(sum[p], _mm512_permutex2var_epi32(plus, _mm512_cvtepu8_epi32(bytes), minus));
    }
  }
#pragma GCC unroll 8
  for (int p = 0; p < panels; ++p) _mm512_mask_storeu_epi32(acc + p * kPanel, valid(p), sum[p]);
}

}  // namespace

void add_louds_avx512(const LoudTables& tables, std::span<const std::uint32_t> louds,
                      const std::uint8_t* codes, int rows, const std::int32_t* bias, std::int32_t* acc) {
  const int panels = (rows + kPanel - 1) / kPanel;
  const auto stride = static_cast<std::size_t>(panels) * kPanel;
  int p = 0;
  const auto run = [&](auto add, int count) {
    for (; p + count <= panels; p += count) {
      const int row = p * kPanel;
      add(tables, louds, codes + row, stride, rows - row, bias == nullptr ? nullptr : bias + row, acc + row);
    }
  };
  run(add_louds<8>, 8);
  run(add_louds<4>, 4);
  run(add_louds<1>, 1);
}

}  // namespace napier::gemm
#pragma GCC pop_options
