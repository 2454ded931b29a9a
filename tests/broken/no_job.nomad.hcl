# expect: no_job line 1

variable "version" {
  type    = string
  default = "7"
}
