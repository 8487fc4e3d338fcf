// napier explain: what the keys of the configuration files mean.
#include <iostream>

#include "cli/commands.hpp"
#include "cli/schemas.hpp"
#include "models/base/error.hpp"
#include "models/config/explain.hpp"
#include "models/config/json_schema.hpp"
#include "models/config/nearest.hpp"

namespace napier::cli {
namespace {

struct Options {
  std::string key, schema, table;
};

std::string explain(const std::string& key) {
  std::string out;
  std::vector<std::string> known;
  for (const config::AnySchema* schema : schemas()) {
    const std::string text = key.empty() ? explain_groups(*schema) : explain_key(*schema, key);
    if (!text.empty()) out += (out.empty() ? "" : "\n") + text;
    for (const std::string& k : keys_of(schema->root)) known.push_back(k);
  }
  if (!out.empty()) return out;
  const std::string hint = config::suggestion(key, known);
  throw InputError("no configuration key '" + key + "'" +
                   (hint.empty() ? "; run 'napier explain' for the list of groups" : hint));
}

const config::AnySchema& schema_named(const std::string& name) {
  std::vector<std::string> known;
  for (const config::AnySchema* schema : schemas()) {
    if (schema->name == name) return *schema;
    known.push_back(schema->name);
  }
  std::string message = "no kind of configuration file '" + name + "'; there are:";
  for (const std::string& k : known) message += " " + k;
  throw InputError(message + config::suggestion(name, known));
}

void run(const Options& options) {
  if (!options.schema.empty()) {
    std::cout << json_schema(schema_named(options.schema));
  } else if (!options.table.empty()) {
    std::cout << markdown_table(schema_named(options.table));
  } else {
    std::cout << explain(options.key);
  }
}

}  // namespace

void add_explain(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("explain", "What a configuration key means, its default and legal values");
  const auto options = std::make_shared<Options>();
  CLI::Option* key =
      command->add_option("KEY", options->key, "Group or key; without it all groups are listed");
  CLI::Option* schema =
      command->add_option("--schema", options->schema, "Print the JSON Schema of a kind of file");
  CLI::Option* table =
      command->add_option("--table", options->table, "Print the keys of a kind of file as Markdown");
  schema->excludes(key)->excludes(table);
  table->excludes(key);
  command->footer("Example: napier explain datapath.term_bits");
  command->callback([options] { run(*options); });
}

}  // namespace napier::cli
