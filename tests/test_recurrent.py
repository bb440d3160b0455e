"""Recurrent layers as people write them equal modules that are written by hand."""

from __future__ import annotations

import pytest
import torch
import yaml
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from mlpgen import SpecError, api

from .handwritten import assert_as_written
from .networks import model, network

CARRIED = """
name: Carried
parameters: {depth: 2}
input: {piece: [6, 4], h: [4, 3], c: [4, 8], source: [5, 4], state: [16]}
layers:
  - LSTM: {hidden_size: 8, num_layers: 2, proj_size: 3, bidirectional: true,
           dropout: 0.2}
    name: reader
    from: [piece, h, c]
  - GRU: {hidden_size: 8, num_layers: "${depth}"}
    name: encoder
    from: source
  - GRU: {hidden_size: 8, num_layers: "${depth}"}
    name: decoder
    from: [reader, encoder.h_n]
  - RNN: {hidden_size: 8, bidirectional: true}
    name: both
    from: [piece, state]
outputs: [reader, reader.hidden, reader.cell, reader.c_n, decoder, decoder.hidden,
          encoder.hidden, both.hidden, both.h_n]
"""


class Carried(nn.Module):
    """States of several layers and directions, with the batch first."""

    def __init__(self, depth: int = 2) -> None:
        super().__init__()
        self.reader = nn.LSTM(
            4,
            8,
            num_layers=2,
            batch_first=True,
            dropout=0.2,
            bidirectional=True,
            proj_size=3,
        )
        self.encoder = nn.GRU(4, 8, num_layers=depth, batch_first=True)
        self.decoder = nn.GRU(6, 8, num_layers=depth, batch_first=True)
        self.both = nn.RNN(4, 8, batch_first=True, bidirectional=True)

    def forward(
        self, piece: Tensor, h: Tensor, c: Tensor, source: Tensor, state: Tensor
    ) -> tuple[Tensor, ...]:
        first = (h.transpose(0, 1).contiguous(), c.transpose(0, 1).contiguous())
        read, (hidden, cell) = self.reader(piece, first)
        _, context = self.encoder(source)
        x, last = self.decoder(read, context)
        _, both = self.both(piece, torch.stack([state[:, :8], state[:, 8:]]))
        return (
            read,
            hidden.transpose(0, 1),
            cell.transpose(0, 1),
            cell.transpose(0, 1),
            x,
            last.transpose(0, 1),
            context[-1],
            torch.cat([both[0], both[1]], dim=1),
            both.transpose(0, 1),
        )


@pytest.mark.filterwarnings("ignore:LSTM with projections")
def test_states_of_layers_and_directions() -> None:
    sizes = [(3, 6, 4), (3, 4, 3), (3, 4, 8), (3, 5, 4), (3, 16)]
    inputs = [*map(torch.randn, sizes)]
    assert_as_written(CARRIED, Carried, inputs)
    assert_as_written(CARRIED, Carried, inputs, depth=1)


PACKED = """
name: Packed
input: {tokens: {shape: [7], dtype: int64}, lengths: {shape: [1], dtype: int64}}
layers:
  - Embedding: {num_embeddings: 9, embedding_dim: 4, padding_idx: 0}
    name: embedding
    from: tokens
  - LSTM: {hidden_size: 5, num_layers: 2, dropout: 0.3, bidirectional: true,
           lengths: true}
    name: lstm
    from: [embedding, lengths]
  - GRU: {hidden_size: 6, lengths: true}
    name: gru
    from: [lstm, lengths]
    select: last
  - Linear: 5
    name: state
  - ne: 0
    from: tokens
  - sum: 1
    name: counted
  - LSTM: {hidden_size: 5, lengths: true}
    name: again
    from: [embedding, state, state, counted]
    select: hidden
outputs: [lstm, lstm.hidden, lstm.last, lstm.c_n, gru, gru.hidden, again]
"""


class Packed(nn.Module):
    """Each sequence is read alone, without its padding; dropout between layers."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(9, 4, padding_idx=0)
        self.lstm = nn.LSTM(
            4, 5, num_layers=2, batch_first=True, dropout=0.3, bidirectional=True
        )
        self.gru = nn.GRU(10, 6, batch_first=True)
        self.state = nn.Linear(6, 5)
        self.again = nn.LSTM(4, 5, batch_first=True)

    def forward(self, tokens: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        every = self.embedding(tokens)
        packed = pack_padded_sequence(
            every, lengths[:, 0].cpu(), batch_first=True, enforce_sorted=False
        )
        packed, (hidden, cell) = self.lstm(packed)
        x, _ = pad_packed_sequence(packed, batch_first=True, total_length=7)
        lasts = [x[n, length - 1] for n, length in enumerate(lengths[:, 0])]
        reads = [self.gru(x[n : n + 1, : lengths[n, 0]])[0] for n in range(len(x))]
        gru = torch.stack([each[0, -1] for each in reads])
        state = self.state(gru)[None]
        again = []
        for n, count in enumerate((tokens != 0).sum(dim=1)):
            given = (state[:, n : n + 1], state[:, n : n + 1])
            again.append(self.again(every[n : n + 1, :count], given)[0][0, -1])
        return (
            x,
            torch.cat([hidden[-2], hidden[-1]], dim=1),
            torch.stack(lasts),
            cell.transpose(0, 1),
            gru,
            gru,
            torch.stack(again),
        )


def test_packed_sequences() -> None:
    tokens = torch.randint(1, 9, (4, 7))
    lengths = torch.tensor([[3], [7], [1], [5]])
    tokens[torch.arange(7) >= lengths] = 0
    assert_as_written(PACKED, Packed, [tokens, lengths])


ROUNDS = """
name: Rounds
input: {steps: [6, 4], lengths: {shape: [1], dtype: int64}, h: [4]}
layers:
  - GRU: {hidden_size: 4, lengths: true}
    name: plain
    from: [steps, h, lengths]
    repeat: 2
  - GRU: {hidden_size: 2, bidirectional: true, lengths: true}
    name: both
    from: [steps, lengths]
    repeat: 2
    select: hidden
  - LSTM: {hidden_size: 4}
    name: unpacked
    from: steps
    repeat: 2
    select: cell
outputs: [plain, plain.last, both, both.last, unpacked]
"""


class Rounds(nn.Module):
    """Rounds read what the one before returns at every step."""

    def __init__(self) -> None:
        super().__init__()
        self.plain = nn.ModuleList(nn.GRU(4, 4, batch_first=True) for _ in range(2))
        self.both = nn.ModuleList(
            nn.GRU(4, 2, batch_first=True, bidirectional=True) for _ in range(2)
        )
        self.unpacked = nn.ModuleList(nn.LSTM(4, 4, batch_first=True) for _ in range(2))

    def forward(self, steps: Tensor, lengths: Tensor, h: Tensor) -> tuple[Tensor, ...]:
        plain, both, hidden, x = [], [], [], steps
        for n, length in enumerate(lengths[:, 0]):
            x = steps[n : n + 1, :length]
            for layer in self.plain:
                x, _ = layer(x, h[None, n : n + 1])
            plain.append(x[0])
            x = steps[n : n + 1, :length]
            for layer in self.both:
                x, state = layer(x)
            both.append(x[0, -1])
            hidden.append(state.flatten())
        x = steps
        for layer in self.unpacked:
            x, (_, cell) = layer(x)
        padded = [nn.functional.pad(each, (0, 0, 0, 6 - len(each))) for each in plain]
        return (
            torch.stack(padded),
            torch.stack([each[-1] for each in plain]),
            torch.stack(hidden),
            torch.stack(both),
            cell[-1],
        )


def test_rounds_of_recurrent_layers() -> None:
    lengths = torch.tensor([[3], [6], [1]])
    assert_as_written(
        ROUNDS, Rounds, [torch.randn(3, 6, 4), lengths, torch.randn(3, 4)]
    )


@pytest.mark.parametrize("style", api.STYLES)
def test_padding_changes_nothing(style: str) -> None:
    """What stands behind the end of a sequence is never read."""
    made = model(network(yaml.safe_load(PACKED)), style).eval()
    tokens, lengths = torch.randint(1, 9, (4, 7)), torch.tensor([[3], [7], [1], [5]])
    tokens[torch.arange(7) >= lengths] = 0
    found = made(tokens, lengths)
    alone = made(tokens[:1], lengths[:1])
    for one, other in zip(found, alone, strict=True):
        torch.testing.assert_close(one[:1], other)
    assert not found[0][0, 3:].any()


CAPTURED = """
name: Captured
input: {steps: [length, 4], lengths: {shape: [1], dtype: int64}}
sizes: {length: 6}
layers:
  - GRU: {hidden_size: 4, lengths: true}
    name: rounds
    from: [steps, lengths]
    repeat: 2
  - Linear: 2
"""


def test_captures_of_rounds_that_read_packed_sequences() -> None:
    """A hook sees the packed output; it is padded only to a length that is known."""
    free = network(yaml.safe_load(CAPTURED))
    with pytest.raises(SpecError, match="returns a packed sequence"):
        api.render(free, "explicit", capture=("rounds.0",))
    fixed = yaml.safe_load(CAPTURED.replace("[length, 4]", "[6, 4]"))
    del fixed["sizes"]
    loaded = network(fixed)
    inputs = torch.randn(3, 6, 4), torch.tensor([[2], [4], [3]])
    for style in api.STYLES:
        made = model(loaded, style, capture=("rounds.1", "rounds.0.hidden", "rounds"))
        _, padded, state, whole = made(*inputs)
        assert torch.equal(padded, whole) and not whole[0, 2:].any()
        assert state.shape == (3, 4)


PASSED = """
name: Passed
input: {source: [9, 4], target: [7, 4], lengths: {shape: [1], dtype: int64}}
layers:
  - LSTM: {hidden_size: 8, num_layers: 2, bidirectional: true, lengths: true}
    from: [source, lengths]
    name: encoder
  - LSTM: {hidden_size: 8, num_layers: 2, bidirectional: true}
    from: [target, encoder.h_n, encoder.c_n]
    name: decoder
  - GRU: 8
    from: source
    name: reader
  - GRU: 8
    from: [target, reader.hidden]
    repeat: 2
    name: writer
  - cat: {dim: 2}
    from: [decoder, writer]
"""


class Passed(nn.Module):
    """States of an encoder are those of a decoder, as torch gives them."""

    def __init__(self) -> None:
        super().__init__()
        many = {"num_layers": 2, "batch_first": True, "bidirectional": True}
        self.encoder = nn.LSTM(4, 8, **many)
        self.decoder = nn.LSTM(4, 8, **many)
        self.reader = nn.GRU(4, 8, batch_first=True)
        self.writer = nn.ModuleList(
            nn.GRU(4 if n == 0 else 8, 8, batch_first=True) for n in range(2)
        )

    def forward(self, source: Tensor, target: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(
            source, lengths[:, 0], batch_first=True, enforce_sorted=False
        )
        x, _ = self.decoder(target, self.encoder(packed)[1])
        state = self.reader(source)[1]
        for layer in self.writer:
            target, _ = layer(target, state)
        return torch.cat([x, target], dim=2)


def test_states_are_passed_on_as_they_are() -> None:
    lengths = torch.tensor([[3], [9], [1]])
    inputs = [torch.randn(3, 9, 4), torch.randn(3, 7, 4), lengths]
    assert_as_written(PASSED, Passed, inputs)
    loaded = network(yaml.safe_load(PASSED))
    code = api.render(loaded, "explicit")["passed.py"]
    assert "_, (h_n, c_n) = self.encoder(packed)\n" in code
    assert "decoder, _ = self.decoder(target, (h_n, c_n))\n" in code
    assert "transpose" not in code and "unsqueeze" not in code


CELLS = """
name: Cells
input: {step: [5], hidden: [8], cell: [8]}
layers:
  - LSTMCell: 8
    name: first
    from: [step, hidden, cell]
  - LSTMCell: 8
    name: rnn
    from: [first, first.hidden, first.cell]
outputs: [rnn.hidden, rnn.cell]
"""


class Cells(nn.Module):
    """Steps of two layers; the parts of the last one are what is returned."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.LSTMCell(5, 8)
        self.rnn = nn.LSTMCell(8, 8)

    def forward(
        self, step: Tensor, hidden: Tensor, cell: Tensor
    ) -> tuple[Tensor, Tensor]:
        hidden, cell = self.first(step, (hidden, cell))
        found: tuple[Tensor, Tensor] = self.rnn(hidden, (hidden, cell))
        return found


def test_parts_of_a_cell_are_returned() -> None:
    inputs = [torch.randn(3, 5), torch.randn(3, 8), torch.randn(3, 8)]
    assert_as_written(CELLS, Cells, inputs)
