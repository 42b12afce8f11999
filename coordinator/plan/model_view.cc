#include "coordinator/plan/model_view.h"

#include <algorithm>

namespace decant {

ModelView ModelView::OfStudent(const ModelLayout& student) {
  ModelView view;
  view.config_ = student.config();
  for (const RoledTensor& tensor : student.tensors()) {
    view.tensors_.push_back({.header = tensor, .made_by = ""});
  }
  return view;
}

const ModelView::Tensor* ModelView::Find(TensorRole role, int64_t layer) const {
  for (const Tensor& tensor : tensors_) {
    if (tensor.header.role == role && tensor.header.layer == layer) {
      return &tensor;
    }
  }
  return nullptr;
}

void ModelView::SetMadeBy(const std::string& name, const std::string& unit,
                          DType dtype) {
  for (Tensor& tensor : tensors_) {
    if (tensor.header.name != name) continue;
    tensor.made_by = unit;
    tensor.header.dtype = dtype;
  }
}

TensorRef ReadTensor(const ModelView::Tensor& tensor,
                     const std::string& input_name, UnitSpec& unit) {
  TensorRef ref{.slice = {.name = tensor.header.name}};
  if (tensor.made_by.empty()) {
    ref.checkpoint = kStudentSource;
    AddSource(kStudentSource, unit);
  } else {
    ref.input = input_name;
    unit.inputs.push_back(
        {.name = input_name, .unit = tensor.made_by, .output = "tensor"});
  }
  return ref;
}

void AddSource(const std::string& source, UnitSpec& unit) {
  const auto found =
      std::find(unit.sources.begin(), unit.sources.end(), source);
  if (found == unit.sources.end()) unit.sources.push_back(source);
}

}  // namespace decant
