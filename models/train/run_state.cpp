#include "models/train/run_state.hpp"

#include "models/base/digest.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/train/network.hpp"
#include "models/train/state_archive.hpp"

namespace napier {
namespace {

const std::string kMagic = "napier checkpoint 1\n";
constexpr std::size_t kDigest = 64;  // hexadecimal digits

void exchange(StateArchive& archive, RunState& state, Network& network) {
  archive.value("step", state.step);
  archive.value("epoch_loss", state.epoch_loss);
  archive.value("epoch_correct", state.epoch_correct);
  archive.value("macs", state.macs);
  archive.value("recorded_steps", state.recorded_steps);
  archive.list("metrics", state.metrics);
  archive.list("epochs", state.epochs);
  network.exchange(archive);
}

}  // namespace

void save_checkpoint(const std::filesystem::path& file, const std::string& identity, RunState& state,
                     Network& network) {
  StateArchive archive;
  exchange(archive, state, network);
  write_file(file, kMagic + identity + sha256(archive.bytes()) + archive.bytes());
}

void load_checkpoint(const std::filesystem::path& file, const std::string& identity, RunState& state,
                     Network& network) {
  const std::string text = read_file(file);
  const std::string remedy = "; remove the output folder and start again";
  if (!text.starts_with(kMagic) || text.size() < kMagic.size() + 2 * kDigest) {
    throw InputError("'" + file.string() + "' is not a checkpoint of this version" + remedy);
  }
  if (text.substr(kMagic.size(), kDigest) != identity) {
    throw InputError("checkpoint '" + file.string() +
                     "' is of another experiment, design or data set; choose another output folder");
  }
  std::string content = text.substr(kMagic.size() + 2 * kDigest);
  if (text.substr(kMagic.size() + kDigest, kDigest) != sha256(content)) {
    throw InputError("checkpoint '" + file.string() + "' is truncated or altered" + remedy);
  }
  StateArchive archive(std::move(content), file.string());
  exchange(archive, state, network);
  archive.finish();
}

}  // namespace napier
