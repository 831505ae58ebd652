import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useWords as useNoticeWords } from "../notices/words";
import { useWords as useRequestWords } from "../request/words";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import { Key, Say } from "../ui/blocks";
import { useKeys } from "../ui/keys";
import type { NewRequest } from "./useNewRequest";
import { useWords } from "./words";

/** After the form: the words to read to the resident, with his number, and where to go. */
export function AfterRequest({ request: r }: { request: NewRequest }) {
  const w = useWords();
  const n = useNoticeWords();
  const now = useNow();
  if (r.saved) return <After about={aboutOf(r.saved)} say={r.saved.say} go={toTicket(r.saved.id, w.form.open)} r={r} />;
  if (r.joined) {
    const { ticket, reference } = r.joined;
    const say = w.form.joined(reference);
    return <After about={aboutOf(ticket)} say={say} go={toTicket(ticket.id, w.form.open)} r={r} />;
  }
  if (!r.joinedNotice) return null;
  const { notice, reference } = r.joinedNotice;
  const till = notice.over_at ? "" : n.tillAt(momentOf(notice.ends_at, notice.zone, now));
  const go = { text: n.toList, link: (props: object) => <Link to="/notices" {...props} /> };
  const about = [notice.where || n.whole, n.service[notice.service]].join(" · ");
  return <After about={about} say={n.said(notice.text, till, reference)} go={go} r={r} />;
}

const aboutOf = (t: { address: string; reason_name: string }) => `${t.address} · ${t.reason_name}`;

const toTicket = (id: number, text: string) => ({
  text,
  link: (props: object) => <Link to="/journal/$id" params={{ id: String(id) }} {...props} />,
});

type Props = {
  about: string;
  say: string;
  go: { text: string; link: (props: object) => ReactElement };
  r: NewRequest;
};

function After({ about, say, go, r }: Props) {
  const w = useWords();
  const rw = useRequestWords();
  useKeys({ KeyN: r.clear });
  return (
    <div className="request-main" role="status">
      <div className="request-fields">
        <div className="quiet">{about}</div>
        <Say label={rw.preview.said}>{say}</Say>
        <div className="row wrap">
          <Button className="btn-primary" autoFocus renderRoot={go.link}>
            {go.text}
          </Button>
          <Button variant="default" onClick={r.clear} rightSection={<Key>N</Key>}>
            {w.form.another}
          </Button>
        </div>
      </div>
    </div>
  );
}
