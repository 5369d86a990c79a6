// SPDX-License-Identifier: Apache-2.0
// The parts of jsmpeg that video.ts joins; the package brings no types.
declare module '@cycjimmy/jsmpeg-player' {
  interface Renderer {
    resize(width: number, height: number): void;
    render(y: Uint8ClampedArray, cr: Uint8ClampedArray, cb: Uint8ClampedArray, clamped: boolean): void;
  }
  // Receives the payload of one PES packet, as the pieces in which it was transported.
  export interface PacketReceiver {
    write(time: number, pieces: Uint8Array[]): void;
  }
  interface VideoDecoder extends PacketReceiver {
    connect(renderer: Renderer): void;
    decode(): boolean;
    readonly codedWidth: number;
    readonly bits: { index: number; byteLength: number };
  }
  interface Demuxer {
    connect(stream: number, receiver: PacketReceiver): void;
    write(bytes: ArrayBuffer): void;
  }
  const JSMpeg: {
    Demuxer: { TS: { new (options: object): Demuxer; STREAM: { VIDEO_1: number } } };
    Decoder: {
      MPEG1Video: new (options: {
        streaming: boolean;
        videoBufferSize: number;
        decodeFirstFrame: boolean;
      }) => VideoDecoder;
    };
    Renderer: { Canvas2D: new (options: { canvas: HTMLCanvasElement }) => Renderer };
  };
  export default JSMpeg;
}
