#include "cli/schemas.hpp"

#include "cost/technology.hpp"
#include "explore/study/study.hpp"
#include "explore/sweep.hpp"
#include "models/design/design_file.hpp"
#include "models/mapping/mapping.hpp"
#include "models/train/experiment_file.hpp"
#include "models/workload/workload_file.hpp"

namespace napier::cli {

std::vector<const config::AnySchema*> schemas() {
  return {&design_schema(),         &experiment_schema(),     &cost::technology_schema(),
          &explore::sweep_schema(), &explore::study_schema(), &workload_schema(),
          &mapping_schema()};
}

}  // namespace napier::cli
