// Plays what comes at 8 kHz. It begins when three frames wait, and drops what is
// more than half a second late: a page that slept must not lag for ever.
class Ear extends AudioWorkletProcessor {
  constructor() {
    super();
    this.queue = [];
    this.waits = 0;
    this.at = 0;
    this.begun = false;
    this.port.onmessage = (e) => {
      this.queue.push(e.data);
      this.waits += e.data.length;
      while (this.waits > 4000) {
        this.waits -= this.queue.shift().length - this.at;
        this.at = 0;
      }
    };
  }

  process(_, [[out]]) {
    if (!this.begun && this.waits < 480) return true;
    this.begun = this.waits > 0;
    for (let i = 0; i < out.length && this.queue.length; i++) {
      out[i] = this.queue[0][this.at++];
      this.waits--;
      if (this.at === this.queue[0].length) {
        this.queue.shift();
        this.at = 0;
      }
    }
    return true;
  }
}

// Cuts a microphone into frames of 160 samples.
class Mouth extends AudioWorkletProcessor {
  constructor() {
    super();
    this.frame = new Int16Array(160);
    this.at = 0;
  }

  process([[heard]]) {
    for (const v of heard || []) {
      this.frame[this.at++] = Math.max(-1, Math.min(1, v)) * 32767;
      if (this.at === 160) {
        this.port.postMessage(this.frame.buffer, [this.frame.buffer]);
        this.frame = new Int16Array(160);
        this.at = 0;
      }
    }
    return true;
  }
}

registerProcessor('ear', Ear);
registerProcessor('mouth', Mouth);
