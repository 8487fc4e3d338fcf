#include "explore/study/study.hpp"

namespace napier::explore {
namespace {

void declare_variant(config::Group<StudyVariant> g) {
  g.text("name", &StudyVariant::name, "Name in tables and charts").required = true;
  g.settings("set", &StudyVariant::set, "Keys of design or experiment with their values");
}

void declare_axis(config::Group<StudyAxis> g) {
  g.text("key", &StudyAxis::key,
         "Key of design or experiment that varies; 'design' or 'experiment': the file")
      .required = true;
  g.text("title", &StudyAxis::title, "Title in tables and charts, with unit; empty: the key");
  g.values("values", &StudyAxis::values, {1, 1000}, "Values that the key takes, one after the other");
  g.values("labels", &StudyAxis::labels, {0, 1000},
           "What stands for each value in tables; empty: the values");
  g.settings("with", &StudyAxis::with, "Keys that move along, each with a list of as many values");
  g.boolean("logarithmic", &StudyAxis::logarithmic,
            "Whether the chart's axis is; labels are numbers above 0");
}

void declare_start(config::Group<StudyStart> g) {
  g.path("experiment", &StudyStart::experiment, "Experiment file; empty: runs start from random weights");
  g.path("design", &StudyStart::design, "Design file; empty: the experiment's");
  g.settings("set", &StudyStart::set, "Keys of design or experiment with their values");
}

void declare_study(config::Group<Study>& g) {
  g.text("name", &Study::name, "Name of the study");
  g.text("title", &Study::title, "Title of its tables and charts; empty: the name");
  g.path("experiment", &Study::experiment, "Experiment file that each run starts from").required = true;
  g.path("design", &Study::design, "Design file that each run starts from; empty: the experiment's");
  g.integers("seeds", &Study::seeds, {1, 100}, {0, UINT32_MAX}, "", "Seeds that each point runs with");
  g.texts("metrics", &Study::metrics, {1, 20},
          "Numbers of a run's stats.json; the first stands in table and chart");
  g.settings("set", &Study::set, "Keys of design or experiment with their values, for every run");
  declare_start(g.group("start", &Study::start, "Training whose weights every run of a seed starts from"));
  declare_variant(g.records("variants", &Study::variants, {0, 100}, "Curves; none: one"));
  declare_axis(g.records("axes", &Study::axes, {0, 4}, "What varies; every combination runs"));
  declare_variant(
      g.records("references", &Study::references, {0, 20}, "Runs without the axes, to compare with"));
}

}  // namespace

const config::Schema<Study>& study_schema() {
  static const config::Schema<Study> schema(
      "study", "An experiment trained with every combination of some settings and seeds", declare_study);
  return schema;
}

}  // namespace napier::explore
