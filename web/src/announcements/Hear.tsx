import { Button } from "@mantine/core";
import { IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useErrorText } from "../ui/blocks";
import { useWords } from "./words";

type Props = {
  /** An address, or a sound that has yet to be made. */
  src: string | (() => Promise<Blob>);
  label?: string;
  disabled?: boolean;
  /** What a refusal says goes to the field; the button then says nothing. */
  onRefused?: (error: unknown) => void;
};

/** Plays a sound; another press stops it. */
export function Hear({ src, label, disabled = false, onRefused }: Props) {
  const w = useWords();
  const text = useErrorText();
  const audio = useRef<HTMLAudioElement | null>(null);
  const [state, setState] = useState<"idle" | "loading" | "playing">("idle");
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => () => audio.current?.pause(), [src]);
  const stop = () => {
    audio.current?.pause();
    setState("idle");
  };
  const play = async () => {
    setFailed(null);
    setState("loading");
    let url = "";
    try {
      url = typeof src === "string" ? src : URL.createObjectURL(await src());
    } catch (error) {
      setState("idle");
      if (onRefused) onRefused(error);
      else setFailed(text(error));
      return;
    }
    const sound = new Audio(url);
    audio.current = sound;
    const over = () => {
      if (typeof src !== "string") URL.revokeObjectURL(url);
      setState("idle");
    };
    sound.onended = over;
    sound.onerror = () => {
      over();
      setFailed(w.unheard);
    };
    setState("playing");
    sound.play().catch(() => setState("idle"));
  };
  return (
    <>
      <Button
        variant="default"
        disabled={disabled}
        loading={state === "loading"}
        aria-pressed={state === "playing"}
        leftSection={state === "playing" ? <IconPlayerStop size={16} /> : <IconPlayerPlay size={16} />}
        onClick={() => (state === "playing" ? stop() : void play())}
      >
        {state === "playing" ? w.stop : (label ?? w.hear)}
      </Button>
      {failed && (
        <span role="alert" className="s12">
          {failed}
        </span>
      )}
    </>
  );
}
