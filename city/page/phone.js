// The telephone of the chosen subscriber: who he is, his call, what he says.
import { $, make, order } from './dom.js';
import { digits, lasts, phone, stateOf } from './words.js';
import { Sound } from './sound.js';

let drawn = '';
let sound;
let levels = [];
const wants = { listen: true, speak: false };

/** draw shows subscriber s; view is the whole city, done takes the city's new view. */
export function draw(s, view, done) {
  const sign = s ? [s.number, s.mode, s.usual, s.call?.id, s.call?.state, s.call?.waits].join() : 'none';
  if (sign !== drawn) {
    drawn = sign;
    build(s, view, done);
  }
  follow(s);
  tick(s?.call, view.skew);
}

export function tick(call, skew) {
  const t = $('timer');
  if (t && call) t.textContent = lasts((Date.now() + skew - new Date(call.since)) / 1000);
}

// follow opens the sound of a call that has begun, and closes that of another.
function follow(s) {
  const id = s?.call ? `${s.number}/${s.call.id}` : '';
  if (sound && sound.id !== id) {
    sound.close();
    sound = undefined;
  }
  if (id && !sound) {
    levels = [];
    sound = new Sound(s.number, (v) => { levels.push(v); if (levels.length > 300) levels.shift(); });
    sound.id = id;
    sound.listen(wants.listen).catch(() => {});
    wants.speak = false;
  }
}

function build(s, view, done) {
  $('who').textContent = s ? s.label || phone(s.number) : 'Телефон';
  $('who-number').textContent = s ? phone(s.number) : '';
  if (!s) {
    $('phone').replaceChildren(make('p', { class: 'empty' }, 'Выберите жителя, чтобы позвонить в диспетчерскую, или исполнителя, чтобы ответить за него.'));
    return;
  }
  const error = make('p', { class: 'error', role: 'status' });
  const act = (action, body) => async () => {
    error.textContent = '';
    try {
      done(await order(`subscribers/${s.number}/${action}`, body));
    } catch (e) {
      error.textContent = `Не сделано: ${e.message}`;
    }
  };
  const parts = s.call ? talk(s, view, act) : [idle(s, view, act)];
  $('phone').replaceChildren(state(s), error, ...parts, behaviour(s, view, act));
}

function state(s) {
  const st = stateOf(s.call);
  const who = s.call ? make('span', { class: 'meta' }, `${s.call.out ? 'звонок на' : 'звонок с'} ${phone(s.call.other)}${s.call.provider ? `, провайдер ${s.call.provider}` : ''}`) : '';
  return make('div', { class: `state ${s.call ? 'live' : ''}`, role: 'status' },
    make('div', {}, make('b', {}, st.text[0].toUpperCase() + st.text.slice(1)), make('br'), who),
    s.call ? make('span', { class: 'num', id: 'timer', 'aria-hidden': true }) : '');
}

function idle(s, view, act) {
  const lines = view.providers.flatMap((p) => p.lines.map((l) => ({ ...l, p })));
  const own = lines.find((l) => l.title.includes(s.group)) || lines[0];
  const select = make('select', { id: 'line', 'aria-label': 'Куда звонить' },
    lines.map((l) => make('option', { value: digits(l.number), selected: l === own }, `${l.title}, ${phone(digits(l.number))}`)));
  const hidden = make('input', { type: 'checkbox', id: 'hidden' });
  return make('div', { class: 'body plain' },
    make('label', { for: 'line' }, 'Куда звонить'),
    make('div', { class: 'row' }, select,
      make('button', { id: 'dial', type: 'button', class: s.role === 'resident' ? 'main' : '', onclick: () => act('call', { to: select.value, hidden: hidden.checked })() }, 'Позвонить')),
    make('label', { class: 'check' }, hidden, 'скрыть номер'));
}

function talk(s, view, act) {
  const call = s.call;
  const incoming = !call.out && call.state === 'ringing';
  const talking = call.state === 'talking';
  const controls = make('div', { class: 'row' },
    incoming && make('button', { id: 'answer', type: 'button', class: 'main', onclick: act('answer') }, 'Ответить'),
    incoming && make('button', { id: 'reject', type: 'button', onclick: act('reject') }, 'Отклонить'),
    !incoming && make('button', { id: 'hangup', type: 'button', onclick: act('hangup') }, 'Положить трубку'),
    toggle('listen', 'Слушать', () => wants.listen, async (on) => { wants.listen = on; await sound?.listen(on); }),
    toggle('speak', 'Микрофон', () => wants.speak, async (on) => { await sound?.speak(on); wants.speak = on; }, !talking));
  const said = (text) => make('button', { type: 'button', disabled: !talking, onclick: act('say', { text }) }, text.replace('{address}', s.says || 'Адрес'));
  const own = view.phrases[s.role].filter((t) => t !== '{address}' || s.says);
  const free = make('input', { class: 'free', 'aria-label': 'Своя фраза', placeholder: 'Своя фраза', maxlength: 300, disabled: !talking });
  const form = make('form', { class: 'row', onsubmit: (e) => { e.preventDefault(); if (free.value.trim()) { act('say', { text: free.value.trim() })(); free.value = ''; } } },
    free, make('button', { disabled: !talking }, 'Сказать'));
  return [
    controls,
    make('canvas', { class: 'wave', id: 'wave', width: 600, height: 40, role: 'img', 'aria-label': 'Громкость того, что он слышит' }),
    make('div', { class: 'two' },
      make('div', {}, s.role === 'resident' && make('span', { class: 'cap' }, 'Что случилось'), s.role === 'resident' && make('div', { class: 'says' }, view.problems.map(said)),
        make('span', { class: 'cap' }, 'Сказать'), make('div', { class: 'says' }, own.map(said)), form),
      make('div', {}, make('span', { class: 'cap' }, 'Клавиши'),
        make('div', { class: 'keys' }, [...'123456789*0#'].map((k) => make('button', { type: 'button', disabled: !talking, 'aria-label': `Клавиша ${k}`, onclick: act('press', { keys: k }) }, k))))),
  ];
}

// toggle keeps its own state: the panel is not drawn anew for it.
function toggle(id, text, is, set, disabled = false) {
  const b = make('button', { id, type: 'button', 'aria-pressed': String(is()), disabled }, text);
  b.onclick = async () => {
    try {
      await set(!is());
    } catch {
      b.textContent = id === 'speak' ? 'Микрофон недоступен' : 'Звук недоступен';
    }
    b.setAttribute('aria-pressed', String(is()));
  };
  return b;
}

function behaviour(s, view, act) {
  const select = make('select', { id: 'mood' },
    make('option', { value: '' }, `сам: ${s.usual}`), view.moods.map((m) => make('option', { value: m.id }, m.title)));
  select.value = s.mode;
  select.onchange = () => act('mode', { mode: select.value })();
  return make('div', { class: 'body plain' }, make('label', { for: 'mood' }, 'Когда ему звонят'), select);
}

// The loudness of the last six seconds.
export function paint() {
  const c = $('wave');
  if (!c) return;
  c.dataset.frames = sound?.frames || 0;
  const g = c.getContext('2d');
  g.clearRect(0, 0, c.width, c.height);
  g.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--c-accent');
  levels.forEach((v, i) => {
    const h = Math.max(1, Math.min(1, v * 1.6) * c.height);
    g.fillRect(c.width - (levels.length - i) * 2, (c.height - h) / 2, 1.5, h);
  });
}
