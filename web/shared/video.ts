// SPDX-License-Identifier: Apache-2.0
import JSMpeg, { type PacketReceiver } from '@cycjimmy/jsmpeg-player';
import { findSequenceHeader, pictureSize } from './mpeg1.js';

// A decoded picture, as it is drawn. The luminance plane is lent for the time of the call.
export interface Picture {
  luminance: Uint8ClampedArray;
  stride: number;
}

// The largest picture that can be shown, encoded.
const bufferBytes = 1024 * 1024;

// Plays MPEG-TS with MPEG-1 video on a canvas. Pictures are decoded and drawn as they arrive: there
// is no clock and no queue, so delay cannot build up. The parts of jsmpeg are joined here instead of
// using its Player, which waits for an animation frame and stops in a hidden tab.
export class VideoPlayer {
  private demuxer = this.assemble();

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly onPicture: (picture: Picture) => void,
  ) {}

  // Takes one message of the stream. A damaged stream starts afresh at its next key picture.
  write(message: ArrayBuffer): void {
    try {
      this.demuxer.write(message);
    } catch {
      this.reset();
    }
  }

  // Forgets what was received, for a new connection: what it sends does not continue the old one.
  reset(): void {
    this.demuxer = this.assemble();
  }

  private assemble() {
    const demuxer = new JSMpeg.Demuxer.TS({});
    const pictures = new PictureDecoder(this.canvas, (picture) => this.onPicture(picture));
    demuxer.connect(JSMpeg.Demuxer.TS.STREAM.VIDEO_1, pictures);
    return demuxer;
  }
}

// Decodes each PES packet at once. It waits for a sequence header, and makes a new decoder when the
// size changes, since jsmpeg's decoder (6.1.2) finds only a header that comes first, and only once.
class PictureDecoder implements PacketReceiver {
  private decoder: ReturnType<PictureDecoder['assemble']> | undefined;
  private size = '';

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly onPicture: (picture: Picture) => void,
  ) {}

  write(time: number, pieces: Uint8Array[]): void {
    const packet = joined(pieces);
    const header = findSequenceHeader(packet);
    if (header >= 0 && pictureSize(packet, header) !== this.size) {
      this.size = pictureSize(packet, header);
      this.decoder = this.assemble();
      this.decode(time, packet.subarray(header));
    } else if (this.decoder) {
      this.decode(time, packet);
    }
  }

  private decode(time: number, packet: Uint8Array): void {
    const decoder = this.decoder!;
    decoder.write(time, [packet]);
    // One call passes one start code, so several are needed for one picture.
    while (decoder.bits.index < decoder.bits.byteLength * 8) decoder.decode();
  }

  private assemble() {
    const decoder = new JSMpeg.Decoder.MPEG1Video({
      streaming: true,
      videoBufferSize: bufferBytes,
      decodeFirstFrame: false,
    });
    const screen = new JSMpeg.Renderer.Canvas2D({ canvas: this.canvas });
    decoder.connect({
      resize: (width, height) => screen.resize(width, height),
      render: (y, cr, cb, clamped) => {
        screen.render(y, cr, cb, clamped);
        this.onPicture({ luminance: y, stride: decoder.codedWidth });
      },
    });
    return decoder;
  }
}

function joined(pieces: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let end = 0;
  for (const piece of pieces) {
    whole.set(piece, end);
    end += piece.length;
  }
  return whole;
}
