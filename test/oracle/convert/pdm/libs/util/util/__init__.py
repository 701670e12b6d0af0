name = "util"
