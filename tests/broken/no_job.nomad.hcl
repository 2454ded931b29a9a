# expect: no_job -

variable "version" {
  type    = string
  default = "7"
}
