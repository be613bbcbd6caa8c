module "eks" {
  cluster_version = "1.31"
}
