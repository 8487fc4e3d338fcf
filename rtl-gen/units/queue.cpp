#include "rtl-gen/units/queue.hpp"

#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {

EmittedFile emit_queue(const Design& design) { return emit_module(design, "queue", embedded::queue_sv, {}); }

}  // namespace napier::rtl
