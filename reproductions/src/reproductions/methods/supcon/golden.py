"""Make `golden.json`: losses and gradients of pytorch-metric-learning on small batches.

    python -m reproductions.methods.supcon.golden

Needs `pip install pytorch-metric-learning`. Run again only to compare with a newer version.
"""

import json
from importlib.metadata import version
from pathlib import Path

import torch
from pytorch_metric_learning.losses import SupConLoss

# name, rows, classes, temperature
CASES = (("balanced", 8, 2, 0.1), ("many classes, some alone", 10, 7, 0.1), ("warm", 8, 3, 1.0))


def case(name: str, rows: int, classes: int, temperature: float) -> dict[str, object]:
    generator = torch.Generator().manual_seed(rows * classes)
    embeddings = torch.randn(rows, 4, generator=generator, dtype=torch.float64).round(decimals=3)
    labels = torch.randint(classes, (rows,), generator=generator)
    embeddings.requires_grad_()
    loss = SupConLoss(temperature=temperature)(embeddings, labels)
    loss.backward()
    return {
        "name": name,
        "temperature": temperature,
        "embeddings": embeddings.tolist(),
        "labels": labels.tolist(),
        "loss": loss.item(),
        "gradient": embeddings.grad.tolist(),
    }


if __name__ == "__main__":
    peer = f"pytorch-metric-learning {version('pytorch-metric-learning')}, SupConLoss"
    golden = {"peer": peer, "torch": torch.__version__, "cases": [case(*one) for one in CASES]}
    path = Path(__file__).with_name("golden.json")
    path.write_text(json.dumps(golden) + "\n")
