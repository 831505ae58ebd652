// What the page says: numbers, states and events in Russian.

export const phone = (n) => {
  const d = String(n || '');
  if (!/^7\d{10}$/.test(d)) return d === 'anonymous' || d === '' ? 'номер скрыт' : d;
  return `+7 ${d.slice(1, 4)} ${d.slice(4, 7)}-${d.slice(7, 9)}-${d.slice(9)}`;
};

export const digits = (n) => String(n || '').replace(/\D/g, '');

export const time = (at) => new Date(at).toLocaleTimeString('ru-RU');

export const lasts = (seconds) => {
  const s = Math.max(0, Math.floor(seconds));
  const mm = String(Math.floor(s / 60) % 60);
  const ss = String(s % 60).padStart(2, '0');
  return s < 3600 ? `${mm}:${ss}` : `${Math.floor(s / 3600)}:${mm.padStart(2, '0')}:${ss}`;
};

export const modes = { up: 'Работает', silent: 'Молчит', refuse: 'Отказывает' };

export function stateOf(call) {
  if (!call) return { text: 'свободен', css: '' };
  if (call.state === 'talking' && call.waits) return { text: 'ждёт', css: 'warn' };
  if (call.state === 'talking') return { text: call.out ? 'на связи' : 'говорит', css: 'live' };
  if (call.out) return { text: call.state === 'ringing' ? 'ждёт ответа' : 'набирает', css: 'warn' };
  return { text: 'ему звонят', css: 'live ring' };
}

const scenarios = {
  'night-emergency': 'Тихая ночь, авария',
  'evening-burst': 'Вечерний всплеск',
  'executor-does-not-answer': 'Исполнитель не отвечает',
  'both-trunks-down': 'Оба провайдера отказали',
};

export const kinds = (scenario) => scenarios[scenario] || scenario;

// the order of the page: those named here first
const rank = (id) => (Object.keys(scenarios).indexOf(id) + 100) % 100;
export const ordered = (list) => list.toSorted((a, b) => rank(a.id) - rank(b.id));

/** an event as a line of the log: text and its look */
export function line(e, name, lineName) {
  const who = name(e.number);
  const other = lineName(e.other);
  switch (e.kind) {
    case 'trunk_up': return [`Линия ${e.provider}: Диспетчер24 на связи`];
    case 'trunk_down': return [`Линия ${e.provider}: Диспетчер24 пропал со связи`, 'bad'];
    case 'switched': return [`Провайдер ${e.provider}: ${modes[e.text].toLowerCase()}`, e.text === 'up' ? '' : 'bad'];
    case 'calling': return [`${who} звонит: ${other}`];
    case 'ringing': return [e.out ? `${who}: гудки` : `Звонят: ${who} (${other})`, 'quiet'];
    case 'answered': return [e.out ? `${who}: ответили` : `${who} взял трубку`];
    case 'said': return [`${who}: «${e.text}»`];
    case 'pressed': return [`${who} нажимает ${e.text}`];
    case 'keyed': return [`${who} слышит клавишу ${e.text}`, 'quiet'];
    case 'ended': return [`${who}: ${e.text || 'конец'}${e.code ? ` (${e.code})` : ''}`, 'quiet'];
    case 'unknown': return [`Набран несуществующий номер ${phone(e.number)}: 404`, 'bad'];
    case 'missed': return [`${who} не дозвонился: ${e.text}`, 'bad'];
    case 'started': return [`Начато: ${kinds(e.text)}`];
    case 'stopped': return [`Окончено: ${kinds(e.text)}`];
    default: return [e.kind];
  }
}
