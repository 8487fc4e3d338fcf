# Writes OUTPUT, a C++ source that holds the bytes of SOURCE as napier::embedded::NAME.
file(READ "${SOURCE}" hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE "${OUTPUT}.tmp"
"#include <string_view>
namespace napier::embedded {
static const unsigned char ${NAME}_bytes[] = {${bytes}0};
extern const std::string_view ${NAME};
const std::string_view ${NAME}(reinterpret_cast<const char*>(${NAME}_bytes), sizeof(${NAME}_bytes) - 1);
}  // namespace napier::embedded
")
file(RENAME "${OUTPUT}.tmp" "${OUTPUT}")
