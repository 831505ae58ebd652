import { Button, Popover } from "@mantine/core";
import { IconAntennaBars3, IconAntennaBars5, IconAntennaBarsOff } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { Grade } from "../../softphone/quality";
import { usePhoneView } from "../../softphone/useSoftphone";
import { useWords } from "./words";
import "./quality.css";

const icons = { good: IconAntennaBars5, middling: IconAntennaBars3, bad: IconAntennaBarsOff } satisfies Record<
  Grade,
  typeof IconAntennaBars5
>;

/** The connection during a talk: a sign, in words when it is not good, and what to do about it. */
export function QualitySign() {
  const w = useWords();
  const { quality: q } = usePhoneView();
  const [opened, setOpened] = useState(false);
  // The cursor stays where it was: Esc closes it from there, a key of the desk before what that key opens.
  useEffect(() => {
    if (!opened) return;
    const close = (e: KeyboardEvent) => /^(Escape|F\d+)$/.test(e.key) && setOpened(false);
    window.addEventListener("keydown", close, true);
    return () => window.removeEventListener("keydown", close, true);
  }, [opened]);
  if (!q) return null;
  const Icon = icons[q.grade];
  return (
    <div className="quality" data-testid="quality" data-grade={q.grade}>
      <Popover opened={opened} onChange={setOpened} position="bottom-end" width={320} withArrow>
        <Popover.Target>
          <Button
            variant="default"
            className={q.grade}
            onClick={() => setOpened(!opened)}
            px={9}
            leftSection={<Icon size={16} stroke={1.6} aria-hidden />}
            title={w.grade[q.grade]}
          >
            <span className={q.grade === "good" ? "sr" : ""}>{w.grade[q.grade]}</span>
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <div className="col quality-more">
            <b>{w.grade[q.grade]}</b>
            <span>{w.what[q.grade]}</span>
            {w.todo[q.grade] && <span>{w.todo[q.grade]}</span>}
            <span className="s12 t2 num">
              {[w.loss(q.loss), w.jitter(q.jitterMs), q.rttMs !== null && w.rtt(q.rttMs)].filter(Boolean).join(" · ")}
            </span>
          </div>
        </Popover.Dropdown>
      </Popover>
      {/* Said once when it turns bad; the figures are not read out. */}
      <span className="sr" role="status">
        {q.grade === "bad" && w.grade.bad}
      </span>
    </div>
  );
}
