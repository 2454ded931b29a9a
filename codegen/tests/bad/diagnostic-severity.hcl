# stands for: schema/diagnostics.hcl
# expect: diagnostic `loud` has no severity: error or warning

diagnostic "unknown_option" {
  id = 101
  severity = error
  title = "A"
  doc = "A long text that is longer than it seems to be at first, since it has to have eighty characters."
}
diagnostic "docker_option" {
  id = 102
  severity = error
  title = "A"
  doc = "A long text that is longer than it seems to be at first, since it has to have eighty characters."
}
diagnostic "missing_required" {
  id = 103
  severity = error
  title = "A"
  doc = "A long text that is longer than it seems to be at first, since it has to have eighty characters."
}
diagnostic "wrong_type" {
  id = 104
  severity = error
  title = "A"
  doc = "A long text that is longer than it seems to be at first, since it has to have eighty characters."
}
diagnostic "number_out_of_range" {
  id = 105
  severity = error
  title = "A"
  doc = "A long text that is longer than it seems to be at first, since it has to have eighty characters."
}
diagnostic "duplicate_option" {
  id = 106
  severity = error
  title = "A"
  doc = "A long text that is longer than it seems to be at first, since it has to have eighty characters."
}
diagnostic "block_for_attribute" {
  id = 107
  severity = error
  title = "A"
  doc = "A long text that is longer than it seems to be at first, since it has to have eighty characters."
}

diagnostic "loud" {
  id       = 900
  severity = loud
  title    = "Loud"
  doc      = "No."
}
