"""Token labelling written plainly: one token after the other."""

import math


def soft_label(logits, num_top, clean):
    """Probabilities from the best few of one token's logits, as lists."""
    best = sorted(range(len(logits)), key=lambda index: -logits[index])[:num_top]
    kept = [logits[index] if index in best else (-math.inf if clean else 0.0) for index in range(len(logits))]
    weights = [math.exp(value) for value in kept]
    return [weight / sum(weights) for weight in weights]


def cross_entropy(scores, probabilities):
    total = math.log(sum(math.exp(score) for score in scores))
    return -sum(p * (score - total) for p, score in zip(probabilities, scores, strict=True) if p)


def token_label_loss(class_scores, labels, token_scores, teacher_logits, gamma, num_top, clean):
    """gamma * CE(class) + (1 - gamma) * soft CE(tokens); tokens as lists of the same length for both models."""
    classes = range(len(class_scores[0]))
    class_losses = [
        cross_entropy(scores, [float(index == label) for index in classes])
        for scores, label in zip(class_scores, labels, strict=True)
    ]
    token_losses = [
        cross_entropy(scores, soft_label(logits, num_top, clean))
        for scores, logits in zip(token_scores, teacher_logits, strict=True)
    ]
    return gamma * sum(class_losses) / len(class_losses) + (1 - gamma) * sum(token_losses) / len(token_losses)
