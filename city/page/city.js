// The page of the demo city: it shows what /api/state says, and asks anew when
// an event comes.
import { $, make, order } from './dom.js';
import { digits, kinds, lasts, line, modes, ordered, phone, stateOf, time } from './words.js';
import * as telephone from './phone.js';
import { ring, unlock } from './sound.js';

let view;
let role = new URLSearchParams(location.search).get('role') || 'resident';
let chosen = new URLSearchParams(location.search).get('number') || '';
let events = [];
let signs = {};

// once per change: nothing under the pointer is built anew for nothing
function changed(name, sign) {
  const s = JSON.stringify(sign);
  if (signs[name] === s) return false;
  signs[name] = s;
  return true;
}

function show(v) {
  v.skew = new Date(v.now) - Date.now();
  view = v;
  $('calls').textContent = v.subscribers.filter((s) => s.call?.state === 'talking' && !s.call.waits).length;
  $('waiting').textContent = v.subscribers.filter((s) => s.call && (s.call.state !== 'talking' || s.call.waits)).length;
  showPeople();
  showIncoming();
  showProviders();
  showPlay();
  telephone.draw(v.subscribers.find((s) => s.number === chosen), v, show);
}

function choose(s) {
  chosen = s.number;
  role = s.role;
  show(view);
  if (matchMedia('(max-width: 720px)').matches) $('who').scrollIntoView({ block: 'start' });
}

function showPeople() {
  for (const r of ['resident', 'executor']) $(`tab-${r}`).setAttribute('aria-pressed', String(role === r));
  const want = $('find').value.toLowerCase().trim();
  const list = view.subscribers.filter((s) => s.role === role && (!want || `${s.label} ${s.group}`.toLowerCase().includes(want) || (digits(want) && s.number.includes(digits(want)))));
  $('people-count').textContent = `${list.length} из ${view.subscribers.filter((s) => s.role === role).length}`;
  if (!changed('people', [role, chosen, list])) return;
  const focused = document.activeElement?.dataset?.number;
  let group;
  const rows = [];
  for (const s of list) {
    const name = s.group === '' ? 'прочие номера' : s.group;
    if (name !== group) rows.push(make('li', { class: 'group' }, group = name));
    rows.push(make('li', {}, person(s)));
  }
  if (!rows.length) rows.push(make('li', { class: 'empty' }, `Никого по запросу «${want}»`));
  $('people').replaceChildren(...rows);
  if (focused) $('people').querySelector(`[data-number="${focused}"]`)?.focus();
}

function person(s) {
  const st = stateOf(s.call);
  const mood = s.mode ? view.moods.find((m) => m.id === s.mode).title : s.usual;
  return make('button', { type: 'button', class: 'person', 'aria-current': String(s.number === chosen), 'data-number': s.number, onclick: () => choose(s) },
    make('span', { class: 'text' }, make('b', { title: s.label }, s.label || phone(s.number)), make('small', {}, s.call ? `${phone(s.number)}, с ${phone(s.call.other)}` : `${phone(s.number)}${s.role === 'executor' ? `, ${mood}` : ''}`)),
    s.call || s.mode === 'manual' ? make('span', { class: `chip ${st.css}` }, s.call ? st.text : 'вручную') : '');
}

// Executors' telephones ring on the page too: a person may take the call first.
function showIncoming() {
  const list = view.subscribers.filter((s) => s.call && !s.call.out && s.call.state === 'ringing' && (s.role === 'executor' || s.mode === 'manual' || s.number === chosen));
  ring(list.length > 0);
  document.title = list.length ? `Звонят: ${list[0].label}` : 'Демо-город';
  if (!changed('incoming', list.map((s) => [s.number, s.call.id, s.number === chosen]))) return;
  $('incoming').replaceChildren(...list.filter((s) => s.number !== chosen).map((s) => make('div', { class: 'call-in' },
    make('span', {}, make('b', {}, s.label), `, звонят с ${phone(s.call.other)}`),
    make('button', { type: 'button', onclick: () => order(`subscribers/${s.number}/answer`).then((v) => { view = v; choose(s); }, offline) }, 'Ответить'),
    make('button', { type: 'button', onclick: () => choose(s) }, 'Открыть телефон'))));
}

function showProviders() {
  if (!changed('providers', view.providers)) return;
  $('providers').replaceChildren(...view.providers.map((p) => make('div', { class: 'provider' },
    make('div', { class: 'row' }, make('b', {}, p.title), p.mode !== 'up' ? make('span', { class: 'chip bad' }, modes[p.mode].toLowerCase())
      : make('span', { class: `chip ${p.registered ? 'live' : 'warn'}` }, p.registered ? 'Диспетчер24 на связи' : 'Диспетчера24 нет на связи')),
    make('span', { class: 'meta' }, `${p.address} · линий: ${p.lines.length}`),
    make('div', { class: 'seg fill', role: 'group', 'aria-label': p.title }, Object.entries(modes).map(([m, text]) => make('button', {
      type: 'button', 'aria-pressed': String(p.mode === m), onclick: () => order(`providers/${p.name}`, { mode: m }).then(show, offline),
    }, text))))));
}

function showPlay() {
  const s = $('scenario');
  if (!s.options.length) {
    s.append(...ordered(view.scenarios).map((x) => make('option', { value: x.id }, kinds(x.id))));
    s.onchange = () => { $('about').textContent = view.scenarios.find((x) => x.id === s.value).title; };
    s.onchange();
  }
  const busy = Boolean(view.playing);
  $('start').disabled = $('flow').disabled = busy;
  $('stop').disabled = !busy;
  tick();
}

function showLog() {
  const byNumber = new Map(view.subscribers.map((s) => [s.number, s.label]));
  const lines = new Map(view.providers.flatMap((p) => p.lines.map((l) => [digits(l.number), l.title])));
  const name = (n) => byNumber.get(n) || phone(n);
  const lineName = (n) => lines.get(n) || phone(n);
  $('log-count').textContent = events.length ? `последние ${events.length}` : '';
  const missed = new Set(events.filter((e) => e.kind === 'missed').map((e) => e.call)); // said already
  const told = events.filter((e) => e.kind !== 'ended' || !missed.has(e.call));
  $('log').replaceChildren(...told.reverse().map((e) => {
    const [text, css] = line(e, name, lineName);
    return make('li', { class: css || '' }, make('time', {}, time(e.at)), make('span', {}, text));
  }));
  if (!events.length) $('log').replaceChildren(make('li', { class: 'quiet' }, '', 'Пока тихо.'));
}

function tick() {
  $('clock').textContent = new Date().toLocaleTimeString('ru-RU', { hour: '2-digit', minute: '2-digit' });
  if (!view) return;
  $('playing').textContent = view.playing ? `${kinds(view.playing)}, ${lasts((Date.now() + view.skew - new Date(view.since)) / 1000)}` : 'ничего';
  telephone.tick(view.subscribers.find((s) => s.number === chosen)?.call, view.skew);
}

function offline(e) {
  const away = !(e instanceof Error) || e instanceof TypeError;
  $('offline').hidden = !away;
  $('link').textContent = away ? 'нет связи' : 'связь есть';
  if (!away) $('play-error').textContent = `Не сделано: ${e.message}`;
}

let asking;
async function refresh() {
  clearTimeout(asking);
  try {
    const res = await fetch('/api/state');
    show(await res.json());
    $('offline').hidden = true;
    $('link').textContent = 'связь есть';
  } catch (e) {
    offline(e);
  }
  asking = setTimeout(refresh, 3000);
}

let due;
const soon = () => { due ||= setTimeout(() => { due = undefined; refresh().then(() => view && showLog()); }, 80); };

function play(body) {
  $('play-error').textContent = '';
  order('play', body).then(show, offline);
}

for (const r of ['resident', 'executor']) $(`tab-${r}`).onclick = () => { role = r; show(view); };
$('find').oninput = () => showPeople();
$('start').onclick = () => play({ scenario: $('scenario').value });
$('flow').onclick = () => play({ per_hour: Number($('rate').value), for: $('rate-for').value });
$('stop').onclick = () => order('stop').then(show, offline);
addEventListener('pointerdown', unlock, { once: true });
addEventListener('keydown', unlock, { once: true });
setInterval(tick, 1000);
setInterval(telephone.paint, 60);

await refresh();
if (view) showLog();
const feed = new EventSource('/api/events');
feed.onopen = () => { events = []; };
feed.onmessage = (e) => {
  events.push(JSON.parse(e.data));
  if (events.length > 200) events.shift();
  soon();
};
feed.onerror = soon;
