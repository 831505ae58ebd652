/** Sounds of any kind the browser reads, as a WAV that the server takes. */

/** 16-bit mono WAV of samples between -1 and 1. */
export function wavOf(samples: Float32Array, rate: number): Blob {
  const bytes = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const tag = (place: number, text: string) => [...text].forEach((c, i) => bytes.setUint8(place + i, c.charCodeAt(0)));
  tag(0, "RIFF");
  bytes.setUint32(4, 36 + samples.length * 2, true);
  tag(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true); // PCM
  bytes.setUint16(22, 1, true); // channels
  bytes.setUint32(24, rate, true);
  bytes.setUint32(28, rate * 2, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  tag(36, "data");
  bytes.setUint32(40, samples.length * 2, true);
  samples.forEach((s, i) => bytes.setInt16(44 + i * 2, Math.round(Math.max(-1, Math.min(1, s)) * 32767), true));
  return new Blob([bytes.buffer], { type: "audio/wav" });
}

const RATE = 16_000; // twice what telephones carry

/** What the browser can decode as a WAV; rejects what it cannot. */
export async function toWav(sound: Blob): Promise<Blob> {
  const context = new OfflineAudioContext(1, 1, RATE);
  const decoded = await context.decodeAudioData(await sound.arrayBuffer());
  const mono = new Float32Array(decoded.length);
  for (let c = 0; c < decoded.numberOfChannels; c++) {
    decoded.getChannelData(c).forEach((v, i) => (mono[i] = (mono[i] ?? 0) + v / decoded.numberOfChannels));
  }
  return wavOf(mono, decoded.sampleRate);
}

/** WAV and MP3 go as they are, the server reads them; the rest is turned into WAV here. */
export async function forServer(file: File): Promise<Blob> {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const text = String.fromCharCode(...head);
  const isMp3 = text.startsWith("ID3") || (head[0] === 0xff && ((head[1] ?? 0) & 0xe6) === 0xe2);
  return text === "RIFF" || isMp3 ? file : toWav(file);
}
