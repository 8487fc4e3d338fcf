#pragma once
#include <vector>

#include "sim/causes.hpp"

/// What each cycle of the engines and elements of an accelerator was spent on. docs/accelerator.md.
namespace napier::sim {

enum class DmaCause {
  kBusy,
  kWaitDram,
  kLatency,
  kWaitBank,
  kWaitBuffer,
  kStart,
  kJob,
  kWaitJob,
  kIdle,
};
inline constexpr std::array<CauseText, 9> kDmaCauses = {{
    {"busy", "a beat is requested or written"},
    {"wait_dram", "the memory does not take the beat that is offered"},
    {"latency", "all beats are requested, the last data are under way"},
    {"wait_bank", "no word has come from bank out yet"},
    {"wait_buffer", "rows are still in use, or outputs not there yet"},
    {"start", "a descriptor begins"},
    {"job", "a descriptor moves in"},
    {"wait_job", "the host has not offered the next descriptor"},
    {"idle", "no descriptor is left"},
}};

enum class BankCause { kBusy, kWaitLink, kFetch, kWaitMemory, kStart, kJob, kWaitJob, kIdle };
inline constexpr std::array<CauseText, 8> kBankCauses = {{
    {"busy", "a word moves to the link"},
    {"wait_link", "the link does not take the word that is offered"},
    {"fetch", "the first word is being read"},
    {"wait_memory", "the load that brings the words is not complete"},
    {"start", "a descriptor begins"},
    {"job", "a descriptor moves in"},
    {"wait_job", "the host has not offered the next descriptor"},
    {"idle", "no descriptor is left"},
}};

enum class GatherCause { kBusy, kWaitElement, kLink, kWaitStore, kStart, kJob, kWaitJob, kIdle };
inline constexpr std::array<CauseText, 8> kGatherCauses = {{
    {"busy", "an output word is taken"},
    {"wait_element", "the element at turn has no output word"},
    {"link", "the word before is still on the link"},
    {"wait_store", "the store that empties the rows is not complete"},
    {"start", "a descriptor begins"},
    {"job", "a descriptor moves in"},
    {"wait_job", "the host has not offered the next descriptor"},
    {"idle", "no descriptor is left"},
}};

/// Beside the causes of a bare element.
inline constexpr CauseText kWaitMemory = {"wait_memory",
                                          "the word that the element needs is not in the global buffer yet"};

}  // namespace napier::sim
