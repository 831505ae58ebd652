// The sound of one call: what the subscriber hears, and the browser's microphone.
// The page's own ringing is made here too.

let context; // one for the page, at the telephone's 8 kHz
let ready;

async function audio() {
  if (!context) {
    context = new AudioContext({ sampleRate: 8000 });
    ready = context.audioWorklet.addModule('ear.js');
  }
  await ready;
  await context.resume();
  return context;
}

export class Sound {
  /** number: the subscriber's; onLevel hears the loudness of each frame, 0 to 1. */
  constructor(number, onLevel) {
    this.number = number;
    this.onLevel = onLevel;
    this.frames = 0;
    this.loud = false;
    const at = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/subscribers/${number}/sound`;
    this.ws = new WebSocket(at);
    this.ws.binaryType = 'arraybuffer';
    this.ws.onmessage = (e) => this.heard(new Int16Array(e.data));
  }

  heard(pcm) {
    this.frames++;
    let top = 0;
    const f = new Float32Array(pcm.length);
    for (let i = 0; i < pcm.length; i++) {
      f[i] = pcm[i] / 32768;
      top = Math.max(top, Math.abs(f[i]));
    }
    this.onLevel(top);
    if (this.loud && this.ear) this.ear.port.postMessage(f, [f.buffer]);
  }

  /** listen lets the sound out; a browser allows that after a press only. */
  async listen(on) {
    this.loud = on;
    if (!on || this.ear) return;
    const c = await audio();
    this.ear = new AudioWorkletNode(c, 'ear', { numberOfInputs: 0, outputChannelCount: [1] });
    this.ear.connect(c.destination);
  }

  /** speak opens the microphone; it throws when there is none or it is not allowed. */
  async speak(on) {
    if (!on) {
      this.stream?.getTracks().forEach((t) => t.stop());
      this.mouth?.disconnect();
      this.stream = this.mouth = undefined;
      return;
    }
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
    const c = await audio();
    this.mouth = new AudioWorkletNode(c, 'mouth', { numberOfOutputs: 1 });
    this.mouth.port.onmessage = (e) => { if (this.ws.readyState === WebSocket.OPEN) this.ws.send(e.data); };
    c.createMediaStreamSource(this.stream).connect(this.mouth);
    this.mouth.connect(c.destination); // it plays nothing, but is driven so
  }

  close() {
    this.speak(false);
    this.ear?.disconnect();
    this.ws.close();
  }
}

let ringer;

/** ring sounds a telephone until called with false. It is silent until the page has been pressed once. */
export function ring(on) {
  if (on === Boolean(ringer) || !context || context.state !== 'running') return;
  if (!on) {
    ringer.stop();
    ringer = undefined;
    return;
  }
  ringer = context.createOscillator();
  const gain = context.createGain();
  ringer.frequency.value = 425;
  gain.gain.value = 0;
  for (let t = 0; t < 120; t += 5) { // one second on, four off
    gain.gain.setValueAtTime(0.08, context.currentTime + t);
    gain.gain.setValueAtTime(0, context.currentTime + t + 1);
  }
  ringer.connect(gain).connect(context.destination);
  ringer.start();
}

/** unlock is for the first press on the page. */
export const unlock = () => audio().catch(() => {});
