// The summary of errors is read first.
document.querySelector("[data-errors]")?.focus();
