# A GPU by its CDI name (`nvidia-ctk cdi generate` writes /etc/cdi/nvidia.yaml on the client). The training joins the
# shared memory of the MPS daemon that starts before it, so that several processes can use the GPU at once.

job "train" {
  datacenters = ["dc1"]
  type        = "batch"

  group "train" {
    task "mps" {
      driver = "podman"

      lifecycle {
        hook    = "prestart"
        sidecar = true
      }

      config {
        image    = "docker.io/nvidia/cuda:12.8.1-base-ubuntu24.04"
        command  = "nvidia-cuda-mps-control"
        args     = ["-f"]
        devices  = ["nvidia.com/gpu=all"]
        ipc_mode = "shareable"
        shm_size = "2g"
      }

      env {
        CUDA_MPS_PIPE_DIRECTORY = "/alloc/mps"
      }

      resources {
        cpu    = 100
        memory = 256
      }
    }

    task "train" {
      driver = "podman"

      config {
        image    = "docker.io/pytorch/pytorch:2.8.0-cuda12.8-cudnn9-runtime"
        command  = "python"
        args     = ["-m", "torch.distributed.run", "--standalone", "/app/train.py"]
        devices  = ["nvidia.com/gpu=all"]
        ipc_mode = "task:mps"
        volumes  = ["/srv/train:/app"]
      }

      env {
        CUDA_MPS_PIPE_DIRECTORY = "/alloc/mps"
      }

      resources {
        cpu    = 8000
        memory = 32768
      }
    }
  }
}
